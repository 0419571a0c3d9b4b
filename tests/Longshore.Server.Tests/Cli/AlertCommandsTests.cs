using Longshore.Server.Alerts;
using Longshore.Server.Tests.Alerts;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore alerts</c> against a real server that may tell its neighbours.</summary>
public sealed class AlertCommandsTests : CommandTests
{
    private protected override Task<TestServer> StartAsync() => TestServer.StartAsync(longshore =>
        longshore.Services.Configure<WebhookOptions>(options => options.AllowsPrivateAddresses = true));

    [Fact]
    public async Task A_webhook_is_set_tested_changed_and_removed()
    {
        await using var receiver = await HookReceiver.StartAsync();
        var secret = await FileAsync(HookReceiver.Secret + "\n");
        var set = await RunAsync(
            "alerts", "set", "default", "ops", "--url", receiver.Url, "--secret-file", secret, "--kind", "scan",
            "--kind", "sort");
        set.Output.ShouldContain("failed, quarantined");
        set.Output.ShouldContain("scan, sort");
        set.Output.ShouldNotContain(HookReceiver.Secret);
        (await RunAsync("alerts", "test", "default", "ops")).Output.ShouldBe("ops took it\n");
        ((string)receiver.Accepted.ShouldHaveSingleItem().Alert["type"]!).ShouldBe("test");

        var changed = await RunAsync("alerts", "set", "default", "ops", "--on", "expired", "--json");
        var hook = changed.Json["webhooks"]!.AsArray().ShouldHaveSingleItem()!;
        (hook["on"]!.ToJsonString(), (string)hook["url"]!, hook["kinds"]!.AsArray().Count)
            .ShouldBe(("[\"expired\"]", receiver.Url, 2));
        (await RunAsync("alerts", "test", "default", "ops")).Output.ShouldBe("ops took it\n", "the secret is kept");
        receiver.Refusing = 1;
        (await FailAsync("alerts", "test", "default", "ops"))
            .ShouldContain($"not take it: {receiver.Url} answered 500");
        (await FailAsync("alerts", "test", "default", "opps")).ShouldContain("did you mean 'ops'?");
        (await RunAsync("alerts", "remove", "default", "ops", "--json")).Json["webhooks"]!.AsArray().ShouldBeEmpty();
        (await FailAsync("alerts", "remove", "default", "ops")).ShouldContain("has no alert 'ops'");
        (await FailAsync("alerts", "test", "default", "ops")).ShouldContain("has no webhook 'ops'");
    }

    [Fact]
    public async Task Alerts_of_depth_are_set_shown_and_leave_other_rules_alone()
    {
        await RunAsync("rules", "set", "default", "--mode", "manual");
        await RunAsync("alerts", "set", "default", "backlog", "--ready-max", "10000");
        await RunAsync("alerts", "set", "default", "backlog", "--kind", "invoice", "--age-max", "10m");
        (await RunAsync("alerts", "list", "default")).Output
            .ShouldContain("invoice  more than 10000 ready or older than 600 s");
        (await RunAsync("rules", "show", "default")).Output.ShouldContain("manual");
        (await RunAsync("alerts", "list", "other", "--json")).Json["depths"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_no_alert_is_refused()
    {
        (await FailAsync("alerts", "set", "default", "ops", "--url", "ftp://there")).ShouldContain("'ftp://there'");
        (await FailAsync("alerts", "set", "default", "ops", "--url", "http://there")).ShouldContain("16 to 200");
        (await FailAsync("alerts", "set", "default", "ops", "--on", "failed")).ShouldContain("the webhook is new");
        (await RefuseAsync("alerts", "set", "default", "ops")).ShouldContain("give --url for a webhook");
        (await RefuseAsync("alerts", "set", "default", "ops", "--url", "http://there", "--ready-max", "1"))
            .ShouldContain("are for webhooks");
        (await RefuseAsync("alerts", "set", "default", "q", "--ready-max", "1", "--kind", "a", "--kind", "b"))
            .ShouldContain("a queue is of one kind");
        (await RunAsync("alerts", "list", "default", "--json")).Json["webhooks"]!.AsArray().ShouldBeEmpty();
    }

    private async Task<string> RefuseAsync(params string[] arguments) =>
        (await CliRun.OfAsync(Address, arguments)).FailedWith(2);
}
