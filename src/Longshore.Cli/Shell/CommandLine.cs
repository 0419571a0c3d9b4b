using System.CommandLine;
using System.CommandLine.Parsing;
using Longshore.Cli.Commands;

namespace Longshore.Cli.Shell;

/// <summary>The whole command line: its commands, and how one run of it ends.</summary>
internal static class CommandLine
{
    /// <summary>Exit code of a command that was understood and failed.</summary>
    public const int Failure = 1;

    /// <summary>Exit code of a command line that was not understood.</summary>
    public const int Misuse = 2;

    /// <summary>Exit code after an interrupt, as shells count it.</summary>
    private const int Interrupted = 130;

    // `work` lets running programs finish for ten seconds and then signs off; only what hangs beyond that is cut off.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string[] args)
    {
        // A word that begins with @ is a payload's file here, not a file of further words.
        var parsed = Root().Parse(
            args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            var problem = parsed.UnmatchedTokens.Count > 0
                ? $"there is no command or option '{parsed.UnmatchedTokens[0]}' here"
                : parsed.Errors[0].Message;
            await ErrorBoundary.SayAsync($"{problem} (see: {Path(parsed.CommandResult)} --help)").ConfigureAwait(false);
            return Misuse;
        }

        return await ErrorBoundary.RunAsync(
            () => parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = StopLimit,
            }),
            Interrupted).ConfigureAwait(false);
    }

    /// <summary>The root command with everything below it.</summary>
    public static Command Root()
    {
        const string About = "A durable task queue that gives each task to an agent who can do it.";
        var root = new ExplainedCommand("longshore", About, """
            longshore serve
            longshore submit thumbnail --payload '{"file":"a.png"}' --requires imaging
            longshore work --name painter --capability imaging -- ./make-thumbnail.sh
            longshore tasks --state failed
            """)
        {
            ExplainedCommand.Help(),
            new VersionOption { Description = "Show the version." },
            Connection.ServerOption,
            Output.JsonOption,
            AssignCommand.Create(),
            BenchCommand.Create(),
            DemoCommand.Create(),
            ServeCommand.Create(),
            SimulateCommand.Create(),
            SubmitCommand.Create(),
            TasksCommand.Create(),
            TaskCommand.Create(),
            AssignmentsCommand.Create(),
            ReviewsCommand.Create(),
            OffersCommand.Create(),
            RecommendCommand.Create(),
            HandoffCommands.Create(),
            HelpCommands.Create(),
            RulesCommand.Create(),
            PauseCommands.Create(),
            PauseCommands.CreateResume(),
            LimitsCommand.Create(),
            AlertsCommand.Create(),
            SchedulesCommand.Create(),
            WorkflowsCommand.Create(),
            RunsCommand.Create(),
            BatchesCommand.Create(),
            BreakersCommand.Create(),
            ExplainCommand.Create(),
            DistributionCommand.Create(),
            EventsCommand.Create(),
            AgentsCommand.Create(),
            DiscoverCommand.Create(),
            ClaimCommand.Create(),
            WorkCommand.Create(),
            NodesCommand.Create(),
            NodesCommand.CreateMode(),
            DoctorCommand.Create(),
            StatsCommand.Create(),
            CompletionsCommand.Create(),
            CompletionsCommand.CreateCandidates(),
        };
        return root;
    }

    private static string Path(CommandResult command)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = command; at is not null; at = at.Parent)
        {
            if (at is CommandResult one)
            {
                names.Push(one.Command.Name);
            }
        }

        return string.Join(' ', names);
    }
}
