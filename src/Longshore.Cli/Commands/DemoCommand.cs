using System.CommandLine;
using System.Globalization;
using Longshore.Cli.Demo;
using Longshore.Cli.Shell;
using Longshore.Client;
using Longshore.Server;
using Longshore.Sqlite;
using Longshore.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore demo</c>: real work on a real folder, by several agents, on a durable store.</summary>
internal static class DemoCommand
{
    private const int PerSubmission = 500;

    private static readonly Argument<string?> Folder = new("FOLDER")
    {
        Description = "What to audit; the repository around the current folder when missing.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Exit = new("--exit")
    {
        Description = "End after the report instead of serving on.",
    };

    private static readonly Option<int> Port = new("--port")
    {
        Description = "Where the demo's server listens on the loopback address; 0 takes a free port.",
    };

    public static Command Create()
    {
        var command = new ExplainedCommand("demo", "Audit a folder with a crew of agents, and report.", """
            longshore demo
            longshore demo ~/projects/website --exit
            longshore demo --exit --json
            """)
        {
            Folder, Exit, Port,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var folder = AuditedFolder.Open(parsed.GetValue(Folder));
        var silent = parsed.WantsJson();
        var data = Directory.CreateTempSubdirectory("longshore-demo-");
        try
        {
            await using var app = Build(folder, Path.Combine(data.FullName, "demo.db"), parsed.GetValue(Port));
            await app.StartAsync(ct);
            var client = app.Services.GetRequiredService<ILongshoreClient>();
            var started = TimeProvider.System.GetTimestamp();
            var tasks = AuditTasks.For(folder);
            foreach (var part in tasks.Chunk(PerSubmission))
            {
                await client.SubmitAsync(part, ct);
            }

            await DemoProgress.WatchAsync(client, silent, ct);
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            Show(await DemoSummary.ReadAsync(client, folder, elapsed, ct), silent);
            if (!parsed.GetValue(Exit))
            {
                Invite(app.Urls.First(), data.FullName, silent);
                await app.WaitForShutdownAsync(ct);
            }

            await app.StopAsync(CancellationToken.None);
        }
        finally
        {
            data.Delete(recursive: true);
        }

        return 0;
    }

    private static WebApplication Build(AuditedFolder folder, string database, int port)
    {
        TaskValidation.Range(port, 0, 65535, "--port");
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Services.AddSingleton(folder);
        builder.Services.AddLongshore().UseSqlite(database).AddCrew();
        builder.Services.AddLongshoreServer();
        var app = builder.Build();
        app.MapLongshore();
        return app;
    }

    private static void Show(DemoSummary summary, bool asJson)
    {
        if (asJson)
        {
            Output.Json(summary);
        }
        else
        {
            DemoReport.Write(summary);
        }
    }

    private static void Invite(string address, string data, bool silent)
    {
        if (silent)
        {
            return;
        }

        Output.Line($"""

            The server goes on at {address} (data in {data}, deleted at the end; Ctrl+C ends it).
            Try this: see what waits, register an agent that can do it, and let it claim the task:
              curl '{address}/api/v1/tasks?state=created'
              curl {address}/api/v1/agents -H 'content-type: application/json' -d '{Physicist}'
              curl {address}/api/v1/claims -H 'content-type: application/json' -d '{Claim}'
            """);
    }

    private const string Physicist = """{"name":"physicist","capabilities":["quantum"]}""";
    private const string Claim = """{"agent":"physicist"}""";
}
