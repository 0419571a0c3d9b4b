using FsCheck;
using FsCheck.Fluent;
using Longshore.Assignments;
using Longshore.Explain;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Model;

/// <summary>
/// Explanations against the claim itself: wherever a random sequence of verbs leads, a task is said to be claimable by
/// an agent exactly when that agent's claim gets it (G10).
/// </summary>
[Trait("suite", "long")]
public abstract class ExplainSuite<TSource>
    where TSource : StoreSource, new()
{
    /// <summary>How many sequences are tried.</summary>
    protected virtual int Runs => 40;

    [Theory]
    [InlineData(RecentFailurePolicy.PreferOthers)]
    [InlineData(RecentFailurePolicy.Strict)]
    public void Explain_says_claimable_exactly_when_the_claim_gets_it(RecentFailurePolicy recentFailure)
    {
        var seen = new HashSet<Obstacle>();
        var property = Prop.ForAll(
            Scenarios.Any, scenario => RunAsync(scenario, recentFailure, seen).GetAwaiter().GetResult());
        Check.One(
            Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(Scale.Of(Runs))
                .WithReplay(new Replay(new Rnd(Scale.Seed, 11 + (2 * (ulong)recentFailure)), null)),
            property);
        if (Scale.IsDefault)
        {
            seen.ShouldContain(Obstacle.None);
            seen.Count.ShouldBeGreaterThanOrEqualTo(12, $"only {string.Join(", ", seen)} were met");
        }
    }

    private static async Task RunAsync(Scenario scenario, RecentFailurePolicy recentFailure, HashSet<Obstacle> seen)
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
        await using var source = new TSource();
        var store = source.Create(options);
        var world = new World(clock, new HashSet<string>(StringComparer.Ordinal));
        foreach (var step in scenario.Steps)
        {
            world.Note(await step.In(world)(store));
        }

        var latest = new TaskQuery { Limit = 30, Descending = true };
        foreach (var task in (await store.Queries.ListTasksAsync(latest)).Items)
        {
            await CompareAsync(store, clock, task, seen);
        }
    }

    private static async Task CompareAsync(IStore store, ManualClock clock, WorkTask task, HashSet<Obstacle> seen)
    {
        foreach (var name in World.AgentNames)
        {
            var crowd = await new Crowd(store).ReadAsync(clock.Now, default);
            if (crowd.FirstOrDefault(c => c.Agent.Name == name) is not { } candidate)
            {
                continue;
            }

            var present = (await store.Queries.GetTaskAsync(task.Id))!;
            var guards = (await store.Queries.GetGuardsAsync(task.Id, clock.NowUs))!;
            var rules = await store.Rules.GetAsync(task.Spec.Namespace);
            var limits = await store.Rules.LimitsAsync(task.Spec.Namespace);
            var eligibility = new Eligibility(rules, guards, limits, store.Info, clock.Now);
            var obstacle = eligibility.Find(present, candidate, crowd);
            seen.Add(obstacle);

            var batch = new TaskBatch { NowUs = clock.NowUs };
            batch.Claims.Add(new ClaimRequest { Agent = name, TaskIds = [task.Id] });
            var outcome = (await store.Tasks.CommitAsync(batch)).Claims[0];
            (outcome.Grants.Count == 1).ShouldBe(
                obstacle == Obstacle.None,
                $"task {task.Id} and {name}: {obstacle}, but the claim was {outcome.Status}");
            if (outcome.Grants.Count == 1)
            {
                var back = new TaskBatch { NowUs = clock.NowUs };
                back.Finishes.Add(new Finish
                {
                    TaskId = task.Id,
                    Epoch = outcome.Grants[0].Epoch,
                    Kind = FinishKind.Release,
                });
                await store.Tasks.CommitAsync(back);
            }
        }
    }
}
