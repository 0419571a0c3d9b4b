using System.CommandLine;
using Longshore.Capabilities;
using Longshore.Cli.Shell;
using Longshore.Cli.Work;
using Longshore.Server.Telemetry;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore work</c>: an agent that runs a program for every task.</summary>
internal static class WorkCommand
{
    private static readonly Option<string> Name = new("--name")
    {
        Description = "The agent's name, kebab-case; starting a second time under it takes over from the first.",
        HelpName = "NAME",
        Required = true,
    };

    private static readonly Option<string[]> Capabilities = Options.Words(
        "--capability", "Something it can do, such as rust or sql:3; may be repeated.", "CAPABILITY");

    private static readonly Option<string[]> Kinds = Options.Words(
        "--kind", "A kind it takes; may be repeated; any if not given.", "KIND");

    private static readonly Option<string[]> Namespaces = Options.Words(
        "--namespace", "A namespace it works in; may be repeated; default if not given.", "NAME");

    private static readonly Option<int?> Concurrency = Options.Whole(
        "--concurrency", "Programs at once; 1 if not given.");

    private static readonly Option<TimeSpan?> Lease = Options.Seconds(
        "--lease", "How long a task stays with this agent after the machine fails; 30 if not given.");

    private static readonly Option<bool> ExitWhenIdle = new("--exit-when-idle")
    {
        Description = "End when nothing runs and there is nothing to claim now; retries that are due later are left.",
    };

    private static readonly Argument<string[]> Program = new("PROGRAM")
    {
        Description = "The program and its arguments, after --.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        var command = new ExplainedCommand("work", "Be an agent that runs a program for every task.", """
            longshore work --name painter --capability imaging --concurrency 4 -- ./make-thumbnail.sh --size 200
            longshore work --name counter --kind count --exit-when-idle -- sh -c 'wc -c'

            The payload is on stdin, LONGSHORE_TASK_ID, _CODE, _KIND, _NAMESPACE, _EPOCH, _ATTEMPT in the environment.
            Exit code 0: done; the result is stdout, as JSON if it is JSON, else as a text. 75: again in a minute.
            Anything else: failed, with the end of stderr as the error, and tried again as the task allows.
            """)
        {
            Name, Capabilities, Kinds, Namespaces, Concurrency, Lease, ExitWhenIdle, ServeTelemetry.Otlp, Program,
        };
        command.SetAction(WorkAsync);
        return command;
    }

    private static async Task<int> WorkAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var plan = new WorkPlan
        {
            Name = parsed.GetValue(Name)!,
            Capabilities = [.. parsed.GetValue(Capabilities)!.Select(text => Capability.Parse(text, "--capability"))],
            Kinds = parsed.GetValue(Kinds)!,
            Namespaces = parsed.GetValue(Namespaces) is { Length: > 0 } given ? given : ["default"],
            Concurrency = parsed.GetValue(Concurrency) ?? 1,
            Lease = parsed.GetValue(Lease) ?? TimeSpan.FromSeconds(30),
            ExitWhenIdle = parsed.GetValue(ExitWhenIdle),
            Program = parsed.GetValue(Program)!,
        };
        using var export = new TelemetryExport(
            new LongshoreTelemetryOptions
            {
                Endpoint = ServeTelemetry.Collector(parsed),
                ServiceName = "longshore-work",
            },
            plan.Name);
        await export.StartAsync(ct).ConfigureAwait(false);
        var report = new WorkReport(parsed.WantsJson());
        using var worker = new ProgramAgent(connection.Client, plan, report, TimeProvider.System);
        await worker.RunAsync(ct).ConfigureAwait(false);
        report.Summarise(plan.Name);
        return 0;
    }
}
