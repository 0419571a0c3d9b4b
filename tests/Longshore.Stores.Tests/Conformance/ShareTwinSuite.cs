using Longshore.Agents;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Storage.InMemory;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>
/// Shares together with everything else that decides who is given what: each store gives the same tasks in the same
/// order as the store in memory, whatever is asked of both.
/// </summary>
public abstract class ShareTwinSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly string[] Spaces = ["a", "b", "c", "d"];
    private static readonly string[] Kinds = ["build", "scan"];

    private static readonly (string Name, string[] Namespaces, int Room, int[] Levels)[] Agents =
    [
        ("ada", ["a", "b", "c", "d"], 30, []),
        ("bob", ["a", "b"], 20, []),
        ("cyd", ["b", "c", "d"], 12, [2, 3, 4, 5]),
        ("dan", ["c"], 10, []),
        ("eve", ["a", "d"], 1, []),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Every_store_gives_the_same_in_the_same_order(int seed)
    {
        var chance = new Random(seed);
        await using var twin = new InMemoryStore(Options);
        IStore[] both = [Store, twin];
        foreach (var (name, spaces, room, levels) in Agents)
        {
            await Both(both, store => store.Agents.RegisterAsync(
                AgentValidation.Checked(new AgentRegistration
                {
                    Name = name,
                    Namespaces = spaces,
                    MaxConcurrent = room,
                    PriorityLevels = levels,
                }),
                NowUs, Ct).AsTask());
        }

        var held = new List<Grant>();
        for (var step = 0; step < 120; step++)
        {
            await StepAsync(both, chance, held);
            Clock.Advance(TimeSpan.FromSeconds(chance.Next(3)));
        }
    }

    private async Task StepAsync(IStore[] both, Random chance, List<Grant> held)
    {
        switch (chance.Next(12))
        {
            case 0 or 1 or 2:
                await AddSomeAsync(both, chance);
                break;
            case 3:
                var name = Spaces[chance.Next(Spaces.Length)];
                var rules = RandomRules(chance).Checked();
                await Both(both, store => store.Rules.SetAsync(name, rules, null, NowUs, Ct).AsTask());
                break;
            case 4 when chance.Next(4) == 0:
                Clock.Advance(Lease);
                await Both(both, store => store.Tasks.RescueAsync(1000, NowUs, Ct).AsTask());
                held.Clear();
                break;
            case 5:
                await Both(both, store => store.Tasks.StageAsync(1000, NowUs, Ct).AsTask());
                break;
            case 6 or 7 when held.Count > 0:
                await EndSomeAsync(both, chance, held);
                break;
            default:
                await ClaimAsync(both, chance, held);
                break;
        }
    }

    private static NamespaceRules RandomRules(Random chance) => new()
    {
        Share = chance.Next(4) == 0 ? null : 1 + chance.Next(6),
        Limit = chance.Next(3) == 0 ? new LimitRules { InProgress = 1 + chance.Next(8) } : null,
        PausedAt = chance.Next(8) == 0 ? DateTimeOffset.UnixEpoch : null,
        Kinds = chance.Next(3) > 0 ? new Dictionary<string, StepRules>() : new Dictionary<string, StepRules>
        {
            ["scan"] = new() { Limit = new LimitRules { InProgress = 1 + chance.Next(3) } },
        },
    };

    private async Task AddSomeAsync(IStore[] both, Random chance)
    {
        var tasks = Enumerable.Range(0, 1 + chance.Next(25)).Select(_ =>
        {
            var isStep = chance.Next(4) == 0;
            return Spec(Kinds[chance.Next(2)]) with
            {
                Namespace = Spaces[chance.Next(Spaces.Length)],
                Priority = chance.Next(7),
                Group = isStep ? $"item-{chance.Next(4)}" : null,
                Step = isStep ? $"step-{chance.Next(3)}" : null,
                Retry = RetryPolicy.FixedDelay(TimeSpan.FromSeconds(2)),
            };
        }).ToArray();
        await Both(both, async store =>
        {
            var batch = new TaskBatch { NowUs = NowUs };
            batch.Inserts.AddRange(tasks.Select(t => TaskValidation.Checked(t, Clock.Now)));
            return (await store.Tasks.CommitAsync(batch, Ct)).Inserts.Select(o => o.TaskId).ToArray();
        });
    }

    private async Task EndSomeAsync(IStore[] both, Random chance, List<Grant> held)
    {
        var ends = held.Where(_ => chance.Next(2) == 0).ToList();
        FinishKind[] kinds = [FinishKind.Complete, FinishKind.Complete, FinishKind.Release, FinishKind.Fail];
        var finishes = ends.Select(grant => new Finish
        {
            TaskId = grant.TaskId,
            Epoch = grant.Epoch,
            Kind = kinds[chance.Next(kinds.Length)],
        }).ToList();
        await Both(both, async store =>
        {
            var batch = new TaskBatch { NowUs = NowUs };
            batch.Finishes.AddRange(finishes);
            return (await store.Tasks.CommitAsync(batch, Ct)).Finishes.Select(o => o.State).ToArray();
        });
        held.RemoveAll(ends.Contains);
    }

    private async Task ClaimAsync(IStore[] both, Random chance, List<Grant> held)
    {
        var requests = Enumerable.Range(0, 1 + chance.Next(2)).Select(_ => new ClaimRequest
        {
            Agent = Agents[chance.Next(Agents.Length)].Name,
            Max = 1 + chance.Next(chance.Next(2) == 0 ? 3 : 25),
            Kinds = chance.Next(5) == 0 ? ["scan"] : [],
            Lease = Lease,
        }).ToList();
        IReadOnlyList<Grant> grants = [];
        await Both(both, async store =>
        {
            var batch = new TaskBatch { NowUs = NowUs };
            batch.Claims.AddRange(requests);
            var claims = (await store.Tasks.CommitAsync(batch, Ct)).Claims;
            grants = [.. claims.SelectMany(c => c.Grants)];
            return string.Join("; ", claims.Select(
                c => $"{c.Status} {string.Join(' ', c.Grants.Select(g => g.Task.Spec.Namespace + g.TaskId))}"));
        });
        held.AddRange(grants);
    }

    private static async Task Both<T>(IStore[] both, Func<IStore, Task<T>> ask)
    {
        var first = await ask(both[0]);
        var second = await ask(both[1]);
        if (first is string or Array or int)
        {
            first.ShouldBe(second);
        }
    }
}
