using Longshore.Agents;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Stores.Tests.Conformance;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Races;

/// <summary>
/// Eight threads that claim from two namespaces, some from one alone, and change what they weigh: every task is given
/// once, and those who choose take by weight.
/// </summary>
[Trait("suite", "long")]
public abstract class ShareRaceSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private const int Entrants = 8;
    private const int TasksOfEach = 1200;

    protected virtual int Rounds => 40;

    [Fact]
    public async Task Claims_by_eight_threads_share_by_weight_and_give_every_task_once()
    {
        await Weigh("a", 3);
        await Weigh("b", 1);
        for (var i = 0; i < Entrants; i++)
        {
            await Register(new AgentRegistration
            {
                Name = $"agent-{i}",
                MaxConcurrent = 100,
                Namespaces = ["a", "b"],
            });
        }

        await Insert([.. Enumerable.Repeat(Spec() with { Namespace = "a" }, TasksOfEach)]);
        await Insert([.. Enumerable.Repeat(Spec() with { Namespace = "b" }, TasksOfEach)]);
        int ofA = 0, ofB = 0;
        await Contest.RunAsync(
            Entrants,
            Rounds,
            _ => Task.CompletedTask,
            async (entrant, round) =>
            {
                var grants = (await Claim($"agent-{entrant}", 1 + (round % 6))).Grants;
                var count = grants.Count(grant => grant.Task.Spec.Namespace == "a");
                Interlocked.Add(ref ofA, count);
                Interlocked.Add(ref ofB, grants.Count - count);
                foreach (var grant in grants)
                {
                    (await Finish(grant, FinishKind.Complete)).State.ShouldBe(TaskState.Done);
                }
            },
            Ct);
        ofB.ShouldBeGreaterThan(0);
        Math.Abs((ofA / 3.0) - ofB).ShouldBeLessThanOrEqualTo(1 + (1 / 3.0) + 1e-6, $"{ofA} and {ofB}");
    }

    private async Task Weigh(string name, int weight) =>
        await Store.Rules.SetAsync(name, new NamespaceRules { Share = weight }, null, NowUs, Ct);
}
