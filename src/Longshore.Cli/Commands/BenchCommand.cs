using System.CommandLine;
using Longshore.Cli.Bench;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore bench</c>: measures this build on this machine.</summary>
internal static class BenchCommand
{
    private const int RunsForPeople = 5;

    private static readonly Option<string?> Store = new("--store")
    {
        Description = StoreChoice.Forms
            + "; a new file or schema, deleted afterwards. By default SQLite in this folder.",
        HelpName = "STORE",
    };

    private static readonly Option<string> Synchronous = new Option<string>("--synchronous")
    {
        Description = "full: an acknowledged write survives power loss; normal: it survives a crash of the process.",
        DefaultValueFactory = _ => "full",
    }.AcceptOnlyFromAmong("full", "normal");

    private static readonly Option<int?> Runs = new("--runs")
    {
        Description = "Runs whose median is told; 5 by default, 1 with --json. One more, not counted, warms up.",
    };

    private static readonly Option<bool> Bare = new("--bare")
    {
        Description = "Run the bare SQL statements of the same work beside it, and tell the ratio.",
    };

    private static readonly Option<bool> Guarded = new("--guarded")
    {
        Description = "Every task is a step of an item and was rejected by somebody: each claim asks who may have it.",
    };

    private static readonly Option<bool> Batch = new("--batch")
    {
        Description = "All tasks are of one batch, and one of them is its callback.",
    };

    private static readonly Option<bool> Unique = new("--unique")
    {
        Description = "Every task is unique by a key of its own.",
    };

    private static readonly Option<bool> Pruning = new("--pruning")
    {
        Description = "As many ended tasks as there are to do are deleted meanwhile.",
    };

    private static readonly Option<bool> Limited = new("--limited")
    {
        Description = "Every kind and the namespace have a limit and a rate, which are never reached.",
    };

    private static readonly Option<bool> Shared = new("--shared")
    {
        Description = "The tasks are of ten namespaces with shares from 1 to 10.",
    };

    private static readonly Option<bool> Tenants = new("--tenants")
    {
        Description = "The tasks are of ten namespaces without shares: what --shared is measured against.",
    };

    private static readonly Option<int> Keyed = new("--keyed")
    {
        Description = "The tasks have so many limit keys, of each of which one may be in progress.",
    };

    private static readonly Option<int> Blocked = new("--blocked")
    {
        Description = "So many more urgent tasks of a kind whose limit is full stand beside the backlog.",
    };

    private static readonly Option<bool> Across = new("--across")
    {
        Description = "Submit on one node and handle on another, both over one PostgreSQL database.",
    };

    private static readonly Option<int> Callers = Number("--concurrency", 8, Limits.ConcurrentMax, "Callers at once.");

    private static readonly Option<int> Handlers =
        Number("--concurrency", 10, Limits.ConcurrentMax, "Handlers at once.");

    private static readonly Option<string> Prefetch = new("--prefetch")
    {
        Description = "Tasks a handler host holds in advance: auto or a number.",
        DefaultValueFactory = _ => "auto",
    };

    private static readonly Option<int> Agents = Number("--agents", 1000, 100_000, "Agents that ask.");

    private static readonly Option<int> Capabilities =
        Number("--capabilities", 100, 10_000, "Capabilities that there are.");

    private static readonly Option<string> Distribution = new Option<string>("--distribution")
    {
        Description = "zipf: a few capabilities are in most tasks and agents; uniform: all alike.",
        DefaultValueFactory = _ => "zipf",
    }.AcceptOnlyFromAmong("zipf", "uniform");

    private static readonly Option<string> Shape = new Option<string>("--shape")
    {
        Description = "chains: many short ones; fan: one step, all others, one; one_by_one: a long chain, else idle; "
            + "paced: short chains at 2,000 steps a second.",
        DefaultValueFactory = _ => "chains",
    }.AcceptOnlyFromAmong([.. Enum.GetValues<FlowShape>().Select(Words.Snake)]);

    private static readonly Option<int> Steps = Number("--steps", 5, 1000, "Steps of each chain.");

    public static Command Create()
    {
        var command = new ExplainedCommand("bench", "Measure this build on this machine.", """
            longshore bench drain
            longshore bench insert --tasks 500000 --bare
            longshore bench latency --store memory --runs 3
            longshore bench discover --agents 10000 --distribution uniform --json
            longshore bench assign --tasks 20000 --free-load
            longshore bench plan --tasks 2000 --agents 200
            longshore bench views --tasks 10000
            longshore bench route --agents 1000
            longshore bench crowd answers/dog
            """);
        command.Add(One(Workloads.Insert, "Submit tasks by the thousand.", 100_000, Bare, Unique));
        command.Add(One(Workloads.Enqueue, "Submit single tasks, many callers at once.", 50_000, Callers));
        command.Add(One(
            Workloads.Drain, "Do a backlog with typed handlers that do nothing.", 100_000, Handlers, Prefetch, Bare,
            Guarded, Unique, Pruning, Limited, Keyed, Blocked, Shared, Tenants, Batch));
        command.Add(One(
            Workloads.Latency, "From the submission of a task to the start of its handler.", 1_000, Across));
        command.Add(One(
            Workloads.Discover, "Ask what there is to do, as many agents.", 100_000, Agents, Capabilities,
            Distribution));
        command.Add(One(
            Workloads.Flows, "Do steps of workflows.", 50_000, Shape, Steps, Handlers, Prefetch));
        command.Add(Assign());
        command.Add(Plan());
        command.Add(Views());
        command.Add(Route());
        command.Add(CrowdCommand.Create());
        return command;
    }

    private static Command Route()
    {
        var tasks = Number("--tasks", 300_000, Limits.BatchTasksMax, "Tasks to route, by each strategy.");
        var agents = Number("--agents", 10_000, 100_000, "Agents.");
        var classes = Number("--classes", 1000, 10_000, "Task classes.");
        var command = new Command("route", "Route one task after the other to one of many agents, by each strategy.")
        {
            tasks, agents, classes,
        };
        command.SetAction((parsed, ct) =>
        {
            var summary = RouteWorkload.Run(
                new RouteWorkload.Options(parsed.GetValue(tasks), parsed.GetValue(agents), parsed.GetValue(classes)),
                ct);
            if (parsed.WantsJson())
            {
                Output.Json(summary);
            }
            else
            {
                summary.Write();
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static Command Assign()
    {
        var tasks = Number("--tasks", 10_000, Limits.BatchTasksMax, "Tasks in the batch.");
        var agents = Number("--agents", 1000, Limits.BatchAgentsMax, "Agents.");
        var slots = Number("--slots", 10, Limits.ConcurrentMax, "Tasks that each agent can take.");
        var candidates = Number("--candidates", 32, Limits.BatchAgentsMax, "Agents that each task begins with.");
        var freeLoad = new Option<bool>("--free-load") { Description = "Count free load into the score." };
        var command = new Command("assign", "Plan a batch of tasks for many agents, greedily and optimally.")
        {
            tasks, agents, slots, candidates, freeLoad, Runs,
        };
        command.SetAction((parsed, ct) =>
        {
            var summary = AssignWorkload.Run(
                new AssignWorkload.Options
                {
                    Tasks = parsed.GetValue(tasks),
                    Agents = parsed.GetValue(agents),
                    Slots = parsed.GetValue(slots),
                    Candidates = parsed.GetValue(candidates),
                    FreeLoad = parsed.GetValue(freeLoad),
                    Runs = RunsOf(parsed),
                },
                ct);
            if (parsed.WantsJson())
            {
                Output.Json(summary);
            }
            else
            {
                summary.Write();
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static Command One(string workload, string description, int tasksDefault, params Option[] options)
    {
        var tasks = Number("--tasks", tasksDefault, 10_000_000, "Tasks in one run.");
        var command = new Command(workload, description) { tasks, Runs, Store, Synchronous };
        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, ct) =>
        {
            var settings = Read(parsed, parsed.GetValue(tasks), options);
            var summary = await Workloads.RunAsync(workload, settings, ct).ConfigureAwait(false);
            return Output.Say(parsed, summary, () => BenchReport.Write(summary));
        });
        return command;
    }

    private static Command Plan()
    {
        var tasks = Number("--tasks", 10_000, Limits.BatchMax, "Tasks that wait.");
        var agents = Number("--agents", 1000, 100_000, "Agents.");
        var slots = Number("--slots", 10, Limits.ConcurrentMax, "Tasks that each agent can take.");
        var budget = Options.Number(
            "--budget", "Also plan with sizes: each task takes 1 to 8 units, each agent has so many.");
        var command = new Command("plan", "Plan what waits in a store, in each way, and make the offers.")
        {
            tasks, agents, slots, budget, Runs, Store, Synchronous,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var options = new PlanWorkload.Options
            {
                Bench = Read(parsed, parsed.GetValue(tasks), []),
                Tasks = parsed.GetValue(tasks),
                Agents = parsed.GetValue(agents),
                Slots = parsed.GetValue(slots),
                Budget = parsed.GetValue(budget),
                Runs = RunsOf(parsed),
            };
            var summary = await new PlanWorkload(options).RunAsync(ct).ConfigureAwait(false);
            return Output.Say(parsed, summary, summary.Write);
        });
        return command;
    }

    private static Command Views()
    {
        var tasks = Number("--tasks", 100_000, 1_000_000, "Tasks that wait.");
        var agents = Number("--agents", 1000, 100_000, "Agents.");
        var command = new Command("views", "Read the first hundred rows of each view for a SQL prompt.")
        {
            tasks, agents, Runs, Store, Synchronous,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var settings = Read(parsed, parsed.GetValue(tasks), []) with { Agents = parsed.GetValue(agents) };
            var summary = await new ViewsWorkload(settings).RunAsync(ct).ConfigureAwait(false);
            return Output.Say(parsed, summary, summary.Write);
        });
        return command;
    }

    private static int RunsOf(ParseResult parsed) =>
        Positive(parsed.GetValue(Runs) ?? (parsed.WantsJson() ? 1 : RunsForPeople), "--runs");

    private static BenchOptions Read(ParseResult parsed, int tasks, Option[] options)
    {
        var synchronous = parsed.GetValue(Synchronous);
        var store = parsed.GetValue(Store) is { } text
            ? StoreChoice.Parse(text, synchronous)
            : StoreChoice.Parse("sqlite:-", synchronous) with { Path = null };
        var bare = options.Contains(Bare) && parsed.GetValue(Bare);
        if (bare && store.Name != "sqlite")
        {
            throw Invalid("--bare: there are bare statements for sqlite only");
        }

        var across = options.Contains(Across) && parsed.GetValue(Across);
        if (across && store.Name != "postgres")
        {
            throw Invalid("--across: only postgres is shared by nodes");
        }

        var callers = options.Contains(Callers) ? parsed.GetValue(Callers) : DefaultHandlers;
        return new BenchOptions
        {
            Tasks = tasks,
            Runs = RunsOf(parsed),
            Store = store,
            Bare = bare,
            Guarded = options.Contains(Guarded) && parsed.GetValue(Guarded),
            Batch = options.Contains(Batch) && parsed.GetValue(Batch),
            Unique = options.Contains(Unique) && parsed.GetValue(Unique),
            Pruning = options.Contains(Pruning) && parsed.GetValue(Pruning),
            Limited = options.Contains(Limited) && parsed.GetValue(Limited),
            Shared = options.Contains(Shared) && parsed.GetValue(Shared),
            Tenants = options.Contains(Tenants) && parsed.GetValue(Tenants),
            Keyed = options.Contains(Keyed) ? parsed.GetValue(Keyed) : 0,
            Blocked = options.Contains(Blocked) ? parsed.GetValue(Blocked) : 0,
            Across = across,
            Flow = options.Contains(Shape)
                ? Words.Parse<FlowShape>(parsed.GetValue(Shape)!, "--shape")
                : FlowShape.Chains,
            Steps = options.Contains(Steps) ? parsed.GetValue(Steps) : 1,
            Concurrency = options.Contains(Handlers) ? parsed.GetValue(Handlers) : callers,
            Prefetch = options.Contains(Prefetch) ? ReadPrefetch(parsed.GetValue(Prefetch)!) : null,
            Agents = options.Contains(Agents) ? parsed.GetValue(Agents) : 1,
            Capabilities = options.Contains(Capabilities) ? parsed.GetValue(Capabilities) : DefaultCapabilities,
            Zipf = options.Contains(Distribution) && parsed.GetValue(Distribution) == "zipf",
        };
    }

    private const int DefaultHandlers = 10;
    private const int DefaultCapabilities = 100;

    private static int? ReadPrefetch(string text) =>
        text == "auto" ? null
        : int.TryParse(text, out var tasks) && tasks is >= 0 and <= Limits.PrefetchMax ? tasks
        : throw Invalid($"--prefetch: '{text}' is neither auto nor a number from 0 to {Limits.PrefetchMax}");

    private static int Positive(int value, string name) =>
        value is >= 1 and <= 1000 ? value : throw Invalid($"{name}: must be from 1 to 1000, this is {value}");

    private static Option<int> Number(string name, int normally, int most, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => normally };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var value)
                && (value < 1 || value > most))
            {
                result.AddError($"{name}: must be from 1 to {most}, this is {value}");
            }
        });
        return option;
    }

    private static LongshoreException Invalid(string message) => new(ErrorCode.InvalidInput, message);
}
