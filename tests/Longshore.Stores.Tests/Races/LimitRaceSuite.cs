using System.Globalization;
using Longshore.Agents;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Stores.Tests.Conformance;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Races;

/// <summary>Eight threads that claim and end tasks of limited kinds: no limit is exceeded, no room lost.</summary>
[Trait("suite", "long")]
public abstract class LimitRaceSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private const int Entrants = 8;
    private const int OfKind = 3;
    private const int OfAll = 5;

    protected virtual int Rounds => 150;

    [Fact]
    public async Task Claims_and_ends_by_eight_threads_never_exceed_a_limit_and_lose_no_room()
    {
        await Rules(Limited(OfKind));
        for (var i = 0; i < Entrants; i++)
        {
            await Register(new AgentRegistration { Name = $"agent-{i}", MaxConcurrent = 4 });
        }

        await Insert([.. Enumerable.Range(0, 400).Select(i => Spec(i % 2 == 0 ? "scan" : "build"))]);
        int scans = 0, all = 0, granted = 0;
        await Contest.RunAsync(
            Entrants,
            Rounds,
            async round =>
            {
                // Between rounds nothing is held; a limit set again counts anew.
                await Store.Tasks.StageAsync(1000, NowUs, Ct);
                (await Store.Rules.LimitsAsync("default", Ct)).ShouldAllBe(limit => limit.InProgress == 0);
            },
            async (entrant, round) =>
            {
                if (entrant == 0 && round % 10 == 5)
                {
                    await Rules(Limited(OfKind));
                }

                var grants = (await Claim($"agent-{entrant}", 1 + (round % 3))).Grants;
                var ofKind = grants.Count(grant => grant.Task.Spec.Kind == "scan");
                Interlocked.Add(ref scans, ofKind).ShouldBeLessThanOrEqualTo(OfKind);
                Interlocked.Add(ref all, grants.Count).ShouldBeLessThanOrEqualTo(OfAll);
                Interlocked.Add(ref granted, grants.Count);
                Interlocked.Add(ref scans, -ofKind);
                Interlocked.Add(ref all, -grants.Count);
                foreach (var grant in grants)
                {
                    await Finish(grant, round % 20 == 0 ? FinishKind.Complete : FinishKind.Release);
                }
            },
            Ct);
        granted.ShouldBeGreaterThan(Rounds);
        await Insert([.. Enumerable.Repeat(Spec("build"), OfAll)]);
        (await Claim("agent-0", 4)).Grants.Count.ShouldBe(4);
        (await Claim("agent-1", 4)).Grants.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Claims_and_ends_by_eight_threads_never_exceed_the_limit_of_a_key_and_forget_no_task()
    {
        const int Keys = 3;
        await Rules(PerKey(2));
        for (var i = 0; i < Entrants; i++)
        {
            await Register(new AgentRegistration { Name = $"agent-{i}", MaxConcurrent = 4 });
        }

        await Insert([.. Enumerable.Range(0, 300).Select(Keyed)]);
        var held = new int[Keys];
        var ended = 0;
        await Contest.RunAsync(
            Entrants,
            Rounds,
            async round => await Store.Tasks.StageAsync(1000, NowUs, Ct),
            async (entrant, round) =>
            {
                if (entrant == 0 && round % 10 == 5)
                {
                    await Insert([.. Enumerable.Range(0, 5).Select(Keyed)]);
                    await Rules(PerKey(2));
                }

                var grants = (await Claim($"agent-{entrant}", 1 + (round % 3))).Grants;
                foreach (var grant in grants)
                {
                    Interlocked.Increment(ref held[KeyOf(grant)]).ShouldBeLessThanOrEqualTo(2);
                }

                foreach (var grant in grants)
                {
                    Interlocked.Decrement(ref held[KeyOf(grant)]);
                    await Finish(grant, round % 3 == 0 ? FinishKind.Complete : FinishKind.Release);
                    Interlocked.Add(ref ended, round % 3 == 0 ? 1 : 0);
                }
            },
            Ct);
        var left = 300 + (5 * (Rounds / 10)) - ended;
        for (IReadOnlyList<Grant> grants; (grants = (await Claim("agent-0", 4)).Grants).Count > 0; left -= grants.Count)
        {
            foreach (var grant in grants)
            {
                await Finish(grant, FinishKind.Complete);
            }
        }

        left.ShouldBe(0);

        NewTask Keyed(int i) => Spec(i % 2 == 0 ? "scan" : "build") with { LimitKey = (i % Keys).ToString(Invariant) };
        int KeyOf(Grant grant) => int.Parse(grant.Task.Spec.LimitKey!, Invariant);
    }

    private static NamespaceRules PerKey(int most) => new()
    {
        Limit = new LimitRules { PerKey = new LimitRules { InProgress = most } },
    };

    private static NamespaceRules Limited(int ofKind) => new()
    {
        Limit = new LimitRules { InProgress = OfAll },
        Kinds = new Dictionary<string, StepRules>
        {
            ["scan"] = new() { Limit = new LimitRules { InProgress = ofKind } },
        },
    };
}
