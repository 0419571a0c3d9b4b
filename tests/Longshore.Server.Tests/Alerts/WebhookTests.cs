using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Longshore.Agents;
using Longshore.Rules;
using Longshore.Server.Alerts;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Server.Tests.Alerts;

/// <summary>Alerts on their way to a real receiver.</summary>
public sealed class WebhookTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failure_reaches_the_receiver_signed_and_once_it_takes_it()
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Refusing = 2;
        await using var server = await ServerAsync(isPrivate: true);
        await server.Local.SetRulesAsync("default", Rules(receiver.Url), ct: Ct);
        await FailAsync(server);
        await Patience.UntilAsync(() => Task.FromResult(receiver.Accepted.Count == 1), Soon, Ct);
        var (delivery, alert) = receiver.Accepted[0];
        ((string)alert["type"]!, (string)alert["task"]!["kind"]!, (string)alert["task"]!["error"]!)
            .ShouldBe(("task_failed", "scan", "no paper"));
        (receiver.Refused, receiver.Forged).ShouldBe((2, 0));
        var id = long.Parse(delivery, CultureInfo.InvariantCulture);
        await Patience.UntilAsync(
            async () => (await server.Local.GetTaskAsync(id, Ct)).State == TaskState.Done, Soon, Ct);
        (await server.Local.ListAssignmentsAsync(id, Ct)).Select(a => a.Error)
            .ShouldBe([receiver.Url + " answered 500", receiver.Url + " answered 500", null]);
    }

    [Fact]
    public async Task A_private_address_is_not_told_unless_the_server_may()
    {
        await using var receiver = await HookReceiver.StartAsync();
        await using var server = await ServerAsync(isPrivate: false);
        await server.Local.SetRulesAsync("default", Rules(receiver.Url), ct: Ct);
        await FailAsync(server);
        await Patience.UntilAsync(
            async () => (await DeliveriesAsync(server)).Any(task => task.Error is not null), Soon, Ct);
        (await DeliveriesAsync(server)).ShouldHaveSingleItem().Error!.ShouldContain("no public address");
        receiver.Accepted.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_delivery_whose_webhook_is_gone_is_called_off()
    {
        await using var server = await ServerAsync(isPrivate: true);
        await server.Local.SetRulesAsync("default", Rules("http://127.0.0.1:1/hook"), ct: Ct);
        await FailAsync(server);
        await Patience.UntilAsync(
            async () => (await DeliveriesAsync(server)).Any(task => task.Error is not null), Soon, Ct);
        await server.Local.SetRulesAsync("default", new NamespaceRules(), ct: Ct);
        await server.Local.SetRulesAsync("other", Rules("http://127.0.0.1:1/hook"), ct: Ct);
        await Patience.UntilAsync(
            async () => (await DeliveriesAsync(server))[0].State == TaskState.Cancelled, Soon, Ct);
    }

    [Fact]
    public async Task A_secret_is_kept_and_never_told()
    {
        await using var receiver = await HookReceiver.StartAsync();
        await using var server = await ServerAsync(isPrivate: true);
        var path = "api/v1/namespaces/default/rules";
        var hook = new JsonObject { ["name"] = "ops", ["url"] = receiver.Url };
        var rules = new JsonObject { ["alerts"] = new JsonObject { ["webhooks"] = new JsonArray(hook) } };
        (await server.Http.PutAsJsonAsync(path, rules, Ct)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        hook["secret"] = HookReceiver.Secret;
        var put = await server.Http.PutAsJsonAsync(path, rules, Ct);
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await put.Content.ReadAsStringAsync(Ct)).ShouldNotContain(HookReceiver.Secret);
        var read = (await server.Http.GetFromJsonAsync<JsonNode>(path, Ct))!;
        read.ToJsonString().ShouldNotContain(HookReceiver.Secret);
        (await server.Local.GetRulesAsync("default", Ct)).Alerts!.Webhooks[0].Secret.ShouldBeNull();
        (await server.Http.PutAsJsonAsync(path, read, Ct)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await FailAsync(server);
        await Patience.UntilAsync(() => Task.FromResult(receiver.Accepted.Count == 1), Soon, Ct);
    }

    [Theory]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    public void An_address_is_public_or_not(string address, bool isPublic) =>
        PublicAddresses.IsPublic(IPAddress.Parse(address)).ShouldBe(isPublic);

    private static Task<TestServer> ServerAsync(bool isPrivate) => TestServer.StartAsync(longshore =>
        longshore.Services.Configure<WebhookOptions>(options => options.AllowsPrivateAddresses = isPrivate));

    private static NamespaceRules Rules(string url) => new()
    {
        Alerts = new AlertRules
        {
            Webhooks = [new Webhook { Name = "ops", Url = url, Secret = HookReceiver.Secret }],
        },
    };

    private static async Task FailAsync(TestServer server)
    {
        await server.Local.RegisterAsync(new AgentRegistration { Name = "agent-a" }, Ct);
        await server.Local.SubmitAsync([new NewTask { Kind = "scan" }], Ct);
        var request = new ClaimRequest { Agent = "agent-a" };
        var grant = (await server.Local.ClaimAsync(request, ct: Ct)).ShouldHaveSingleItem();
        await server.Local.FinishAsync(
            new Finish
            {
                TaskId = grant.TaskId,
                Epoch = grant.Epoch,
                Kind = FinishKind.Fail,
                Error = "no paper",
                Retry = false,
            },
            Ct);
    }

    private static async Task<IReadOnlyList<WorkTask>> DeliveriesAsync(TestServer server) =>
        (await server.Local.ListTasksAsync(new TaskQuery { Namespace = "longshore" }, Ct)).Items;
}
