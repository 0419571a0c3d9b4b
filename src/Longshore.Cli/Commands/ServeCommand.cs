using System.CommandLine;
using System.Net;
using Longshore.Cli.Shell;
using Longshore.Server;
using Longshore.Server.Alerts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore serve</c>: a node with its store, reachable over HTTP.</summary>
internal static class ServeCommand
{
    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where to listen; several are parted by semicolons. Port 0 takes a free one.",
        HelpName = "URLS",
        DefaultValueFactory = _ => Connection.DefaultAddress,
    };

    private static readonly Option<string> Store = new("--store")
    {
        Description = "Where tasks are kept: " + StoreChoice.Forms + " (forgets them at the end).",
        HelpName = "STORE",
        DefaultValueFactory = _ => "sqlite:longshore.db",
    };

    private static readonly Option<string> Synchronous = new Option<string>("--synchronous")
    {
        Description = "full: an acknowledged write survives power loss; normal: it survives a crash of the process.",
        DefaultValueFactory = _ => "full",
    }.AcceptOnlyFromAmong("full", "normal");

    private static readonly Option<bool> PrivateWebhooks = new("--private-webhooks")
    {
        Description = "Alerts may go to private and loopback addresses, too.",
    };

    private static readonly Option<string[]> WebhookHosts = Options.Words(
        "--webhook-host", "Alerts may go to this host, and only to those given so. Repeatable.", "HOST");

    public static Command Create()
    {
        var command = new ExplainedCommand("serve", "Run a server until it is interrupted.", """
            longshore serve
            longshore serve --urls http://127.0.0.1:8000 --store sqlite:/var/lib/longshore/tasks.db
            longshore serve --store postgres://longshore@db.example.org/longshore
            longshore serve --store memory --urls http://127.0.0.1:0
            longshore serve --keep 7d --keep done=1d --keep failed=30d
            longshore serve --otlp http://127.0.0.1:4318 --log-format json
            """)
        {
            Urls, Store, Synchronous, ServeReadiness.Node, ServeReadiness.Mode, ServeReadiness.Interval,
            ServeReadiness.Age, ServeReadiness.Batch, ServeStore.HeartbeatTimeout, ServeStore.ReputationHalfLife,
            RetentionText.Keep, PrivateWebhooks, WebhookHosts,
            ServeTelemetry.Otlp, ServeTelemetry.LogFormat,
        };
        command.SetAction(ServeAsync);
        return command;
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Neither settings files nor web files of whatever folder the command is run in are meant for it.
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseUrls(parsed.GetValue(Urls)!);
        ServeTelemetry.Apply(builder, parsed);
        var store = StoreChoice.Parse(parsed.GetValue(Store)!, parsed.GetValue(Synchronous))
            .Use(
                builder.Services.AddLongshore(options =>
                {
                    ServeReadiness.Apply(options, parsed);
                    RetentionText.Apply(options, parsed);
                }),
                options => ServeStore.Apply(options, parsed));
        builder.Services.AddLongshoreServer().Configure<WebhookOptions>(options =>
        {
            options.AllowsPrivateAddresses = parsed.GetValue(PrivateWebhooks);
            foreach (var host in parsed.GetValue(WebhookHosts) ?? [])
            {
                options.Hosts.Add(host);
            }
        });

        var app = builder.Build();
        await using var _ = app.ConfigureAwait(false);
        app.MapLongshore();
        await app.StartAsync(ct).ConfigureAwait(false);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        if (addresses.Any(address => !IsLoopback(address)))
        {
            await ErrorBoundary.SayAsync(
                "warning: this address is reachable from other machines, and there is no authentication: "
                + "whoever reaches it may read and change every task").ConfigureAwait(false);
        }

        Announce(parsed, addresses, store);
        await app.WaitForShutdownAsync(ct).ConfigureAwait(false);
        return 0;
    }

    private static void Announce(ParseResult parsed, ICollection<string> addresses, string store)
    {
        if (parsed.WantsJson())
        {
            Output.Json(new { urls = addresses, store });
        }
        else
        {
            Output.Line($"Longshore listens on {string.Join(", ", addresses)}, store {store}");
        }
    }

    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        return host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
