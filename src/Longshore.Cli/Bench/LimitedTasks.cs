using System.Globalization;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Bench;

/// <summary>
/// The tasks of <see cref="BenchTasks"/> under limits: of every kind and of the namespace, none of which is ever
/// reached, so that the counting is measured; or beside more urgent tasks of a kind whose limit is full.
/// </summary>
internal static class LimitedTasks
{
    private const string Holder = "bench-holder";
    private const int BlockedKind = NoOpHandler.KindCount - 1;

    private static readonly LimitRules Wide = new()
    {
        InProgress = Limits.InProgressMax,
        Rate = new RateRule { Tasks = Limits.RateTasksMax, Per = TimeSpan.FromSeconds(1) },
    };

    /// <summary>Limits everything, far above what is ever reached.</summary>
    public static Task LimitAllAsync(ILongshoreClient client, CancellationToken ct) => client.SetRulesAsync(
        "default",
        new NamespaceRules
        {
            Limit = Wide,
            Kinds = Enumerable.Range(0, NoOpHandler.KindCount)
                .ToDictionary(NoOpHandler.Kind, _ => new StepRules { Limit = Wide }),
        },
        ct: ct);

    /// <summary>Submits tasks of which one may be in progress for each of some keys.</summary>
    public static async Task SubmitKeyedAsync(ILongshoreClient client, int keys, int tasks, CancellationToken ct)
    {
        var serial = new LimitRules { PerKey = new LimitRules { InProgress = 1 } };
        await client.SetRulesAsync("default", new NamespaceRules { Limit = serial }, ct: ct).ConfigureAwait(false);
        await SubmitAsync(client, tasks, i => BenchTasks.Get(i) with { LimitKey = Key(i % keys) }, ct)
            .ConfigureAwait(false);

        static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"customer-{number}");
    }

    /// <summary>Submits tasks of a kind of which one may be in progress, and is; then the others.</summary>
    public static async Task SubmitBesideBlockedAsync(
        ILongshoreClient client, int blocked, int tasks, CancellationToken ct)
    {
        var full = new StepRules { Limit = new LimitRules { InProgress = 1 } };
        await client.SetRulesAsync(
            "default",
            new NamespaceRules
            {
                Kinds = new Dictionary<string, StepRules> { [NoOpHandler.Kind(BlockedKind)] = full },
            },
            ct: ct).ConfigureAwait(false);
        await client.RegisterAsync(
            new AgentRegistration
            {
                Name = Holder,
                Capabilities = [.. BenchTasks.Capabilities.Select(name => Capability.Parse(name))],
            },
            ct).ConfigureAwait(false);
        await SubmitAsync(client, blocked + 1, i => Blocked(i), ct).ConfigureAwait(false);
        await client.ClaimAsync(
            new ClaimRequest { Agent = Holder, Lease = TimeSpan.FromHours(1) }, default, ct).ConfigureAwait(false);
        await SubmitAsync(client, tasks, i => BenchTasks.Get(i + (i / BlockedKind)), ct).ConfigureAwait(false);
    }

    private static NewTask Blocked(int index) =>
        BenchTasks.Get((index * NoOpHandler.KindCount) + BlockedKind) with { Priority = Limits.PriorityMax };

    private static async Task SubmitAsync(
        ILongshoreClient client, int tasks, Func<int, NewTask> get, CancellationToken ct)
    {
        for (var first = 0; first < tasks; first += BenchTasks.BatchSize)
        {
            var count = Math.Min(BenchTasks.BatchSize, tasks - first);
            await client.SubmitAsync([.. Enumerable.Range(first, count).Select(get)], ct).ConfigureAwait(false);
        }
    }
}
