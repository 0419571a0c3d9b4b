using FsCheck;
using FsCheck.Fluent;
using Longshore.Assignments;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Stores.Tests.Model;

/// <summary>
/// Random sequences of verbs: a store answers and holds what <see cref="Storage.InMemory.InMemoryStore"/> does. A
/// failure is shrunk to the shortest sequence found, which the message prints.
/// </summary>
[Trait("suite", "long")]
public abstract class ModelSuite<TSource>
    where TSource : StoreSource, new()
{
    private const int UsualSearches = 60;

    /// <summary>How many scenarios are tried for each policy; fewer where each step is a round trip.</summary>
    protected virtual int Searches => UsualSearches;

    /// <summary>After so many steps all that both stores hold is compared; what a step answers always is.</summary>
    protected virtual int LookEvery => 1;

    [Theory]
    [InlineData(RecentFailurePolicy.PreferOthers)]
    [InlineData(RecentFailurePolicy.Strict)]
    [InlineData(RecentFailurePolicy.Off)]
    public void Store_does_what_the_specification_does(RecentFailurePolicy recentFailure)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Search(Scenarios.Any, Searches, recentFailure, seen);

        // A search that never gets anywhere proves nothing.
        if (Scale.IsDefault && Searches == UsualSearches)
        {
            Everything.Except(seen).ShouldBeEmpty("the scenarios reach everything there is to reach");
        }
    }

    [Fact]
    public void Store_does_with_batches_what_the_specification_does()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Search(Scenarios.WithBatches, Searches / 3, RecentFailurePolicy.PreferOthers, seen);
        if (Scale.IsDefault && Searches >= UsualSearches)
        {
            seen.ShouldContain(World.Sort(RunChangeStatus.Closed));
        }
    }

    private void Search(
        Arbitrary<Scenario> scenarios, int searches, RecentFailurePolicy recentFailure, HashSet<string> seen)
    {
        var property = Prop.ForAll(
            scenarios, scenario => RunAsync(scenario, recentFailure, seen).GetAwaiter().GetResult());
        var config = Config.QuickThrowOnFailure
            .WithQuietOnSuccess(true)
            .WithMaxTest(Scale.Of(searches))
            .WithReplay(new Replay(new Rnd(Scale.Seed, 1 + (2 * (ulong)recentFailure)), null));
        Check.One(config, property);
    }

    private static IEnumerable<string> Everything =>
    [
        .. Enum.GetValues<InsertStatus>().Select(World.Sort),
        .. Enum.GetValues<ClaimWriteStatus>().Select(World.Sort),
        .. Enum.GetValues<ClaimStatus>().Select(World.Sort),
        .. Enum.GetValues<ChangeStatus>().Select(World.Sort),
        .. new[] { HandoffWriteStatus.HandedOff, HandoffWriteStatus.Stale }.Select(World.Sort),
        .. new[] { HelpWriteStatus.Done, HelpWriteStatus.Stale, HelpWriteStatus.Refused }.Select(World.Sort),
        .. new[] { TaskOperation.Block, TaskOperation.Unblock }.Select(World.Sort),
        .. Enum.GetValues<RunState>().Select(World.Sort),
        .. Enum.GetValues<StepOutcome>().Select(World.Sort),
        .. new[] { StartStatus.Started, StartStatus.Existing, StartStatus.QueueFull }.Select(World.Sort),
        .. new[] { RunChangeStatus.Changed, RunChangeStatus.Refused, RunChangeStatus.Compensated }.Select(World.Sort),
        .. Enum.GetValues<TaskState>().Where(CanBeReached).Select(World.Sort),
        "suspect granted", "completed late", "probe granted", "quarantined for a time",
        "step skipped", "step reached",
    ];

    private static bool CanBeReached(TaskState state) =>
        Enum.GetValues<TaskState>().Any(from => Enum.GetValues<TaskOperation>().Any(
            operation => TaskTransitions.Next(from, operation) == state));

    private async Task RunAsync(Scenario scenario, RecentFailurePolicy recentFailure, ISet<string> seen)
    {
        var clock = new ManualClock();
        var options = new StoreOptions
        {
            Clock = clock,
            RecentFailure = recentFailure,
            RecentFailureWindow = TimeSpan.FromMinutes(5),
            Breakers = new BreakerOptions
            {
                AgentKind = new BreakerLimits(2, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)),
                Agent = new BreakerLimits(4, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)),
                Task = new BreakerLimits(2, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)),
            },
            Seed = 1,
        };
        await using var twins = new Twins(new TSource(), options, new World(clock, seen), LookEvery);
        await twins.RunAsync(scenario);
    }
}
