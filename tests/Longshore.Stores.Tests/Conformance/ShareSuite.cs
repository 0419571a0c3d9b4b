using Longshore.Agents;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Who works in several namespaces takes from them by weight.</summary>
public abstract class ShareSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly string[] Spaces = ["a", "b", "c", "d"];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Claims_take_turns_by_weight_however_many_they_ask_for(int each)
    {
        await Weigh(("a", 3), ("b", 1));
        await Works("ada", Spaces);
        foreach (var name in Spaces)
        {
            await AddMany(name, name is "a" ? 60 : 20);
        }

        // c and d have no share and are one group; of it the older tasks, those of c, come first.
        var taken = await TakeAll("ada", 100, each);
        string.Concat(taken[..10]).ShouldBe("cabaaa" + "cbaa");
        taken[..15].GroupBy(name => name).ToDictionary(g => g.Key, g => g.Count())
            .ShouldBe(new Dictionary<string, int> { ["a"] = 9, ["b"] = 3, ["c"] = 3 }, ignoreOrder: true);
        taken[..100].Count(name => name == "a").ShouldBe(60);
    }

    [Fact]
    public async Task Backlogged_groups_are_served_alike_for_their_weight_over_any_interval()
    {
        var chance = new Random(11);
        for (var round = 0; round < 6; round++)
        {
            var weights = Spaces.ToDictionary(name => name, _ => 1 + chance.Next(round < 3 ? 5 : 40));
            await Weigh([.. weights.Select(pair => (pair.Key, (int?)pair.Value))]);
            await Works("ada", Spaces);
            await Works("bob", Spaces);
            foreach (var name in Spaces)
            {
                await AddMany(name, 60 + chance.Next(40));
            }

            var taken = new List<string>();
            var asked = 0;
            while (taken.Count == asked)
            {
                var most = 1 + chance.Next(12);
                asked += most;
                taken.AddRange(await TakeAll(chance.Next(2) == 0 ? "ada" : "bob", most, most));
            }

            ShouldBeFair(taken, weights);
        }
    }

    [Fact]
    public async Task Group_that_was_idle_does_not_catch_up()
    {
        await Weigh(("a", 1), ("b", 1));
        await Works("ada", "a", "b");
        await AddMany("a", 100);
        await TakeAll("ada", 40, 10);
        await AddMany("b", 100);
        (await TakeAll("ada", 20, 10)).Count(name => name == "b").ShouldBeInRange(9, 11);
        await Weigh(("b", null));
        await AddMany("b", 10);
        (await TakeAll("ada", 20, 1)).Count(name => name == "b").ShouldBeInRange(9, 11, "the others weigh 1");
    }

    [Fact]
    public async Task Others_namespaces_hold_nobody_up_and_starve_nobody()
    {
        await Weigh(("a", 1), ("b", 1), ("c", 1), ("d", 1));
        await Works("ada", "a", "b");
        await Works("cyd", "c", "d");
        await Works("dan", "d");
        foreach (var name in Spaces)
        {
            await AddMany(name, 60);
        }

        var slow = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            (await TakeAll("ada", 10, 5)).Count(name => name == "a").ShouldBe(5);
            slow.AddRange(await TakeAll("cyd", 1, 1));
        }

        slow.Count(name => name == "c").ShouldBe(4, "time is carried along by others, and yet they take turns");
        (await TakeAll("dan", 30, 30)).Count.ShouldBe(30, "who works in one namespace shares nothing");
        (await TakeAll("cyd", 10, 1)).Count(name => name == "c").ShouldBeInRange(4, 6);
    }

    [Fact]
    public async Task Without_a_share_the_most_urgent_is_taken_and_by_name_what_is_named()
    {
        await Works("ada", "a", "b");
        await AddMany("a", 10);
        var late = await AddMany("b", 10);
        (await TakeAll("ada", 10, 5)).ShouldAllBe(name => name == "a");
        await AddMany("a", 10);
        await Weigh(("a", 1));
        (await Claim("ada", 3, late[7], late[8], late[9])).Grants.Select(g => g.TaskId).ShouldBe(late[7..]);
        string.Concat(await TakeAll("ada", 4, 4)).ShouldBe("baba", "what was taken by name took no turn");
        await Weigh(("a", null));
        string.Concat(await TakeAll("ada", 4, 4)).ShouldBe("bbbb");
    }

    [Fact]
    public async Task Order_within_a_namespace_stays_and_its_limits_pauses_and_priorities_hold()
    {
        await Weigh(("a", 2), ("b", 1));
        await Works("ada", "a", "b");
        var ids = (await Insert([.. Enumerable.Range(0, 24).Select(i => Spec() with
        {
            Namespace = i % 2 == 0 ? "a" : "b",
            Priority = i * 5 % 11,
        })])).Select(o => o.TaskId).ToArray();
        await Set("b", new NamespaceRules { Share = 1, Limit = new LimitRules { InProgress = 3 } });
        var grants = (await Claim("ada", 12)).Grants;
        string.Concat(grants.Select(g => g.Task.Spec.Namespace)).ShouldBe("abaabaabaaaa");
        foreach (var of in grants.GroupBy(g => g.Task.Spec.Namespace))
        {
            of.Select(g => (-g.Task.Spec.Priority, g.TaskId)).ShouldBeInOrder();
        }

        (await Claim("ada", 12)).Grants.Count.ShouldBe(3);
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        await Set("b", new NamespaceRules { Share = 1, PausedAt = Clock.Now });
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        await Set("b", new NamespaceRules { Share = 1 });
        (await Claim("ada", 20)).Grants.Count.ShouldBe(ids.Length - 15);
    }

    [Fact]
    public async Task Weights_survive_a_restart()
    {
        await Weigh(("a", 3), ("b", 1));
        await Works("ada", "a", "b");
        await AddMany("a", 40);
        await AddMany("b", 40);
        await Reopen();
        (await Store.Rules.GetAsync("a", Ct)).Share.ShouldBe(3);
        (await TakeAll("ada", 20, 4)).Count(name => name == "a").ShouldBe(15);
    }

    /// <summary>Over any interval in which both wait, tasks per weight differ by one at most.</summary>
    private static void ShouldBeFair(List<string> taken, Dictionary<string, int> weights)
    {
        foreach (var (one, of) in weights)
        {
            foreach (var (other, ofOther) in weights.Where(pair => string.CompareOrdinal(one, pair.Key) < 0))
            {
                // Who is ahead by most since when: both ways.
                double ahead = 0, least = 0, most = 0;
                var last = Math.Min(taken.LastIndexOf(one), taken.LastIndexOf(other));
                foreach (var name in taken.Take(last + 1))
                {
                    ahead += name == one ? 1.0 / of : name == other ? -1.0 / ofOther : 0;
                    (least, most) = (Math.Min(least, ahead), Math.Max(most, ahead));
                }

                (most - least).ShouldBeLessThanOrEqualTo((1.0 / of) + (1.0 / ofOther) + 1e-6, $"{one} and {other}");
            }
        }
    }

    private async Task<List<string>> TakeAll(string agent, int count, int each)
    {
        var taken = new List<string>();
        while (taken.Count < count)
        {
            var grants = (await Claim(agent, Math.Min(each, count - taken.Count))).Grants;
            taken.AddRange(grants.Select(g => g.Task.Spec.Namespace));
            foreach (var grant in grants)
            {
                await Finish(grant, FinishKind.Complete);
            }

            if (grants.Count == 0)
            {
                break;
            }
        }

        return taken;
    }

    private async Task Weigh(params (string Name, int? Weight)[] weights)
    {
        foreach (var (name, weight) in weights)
        {
            await Set(name, new NamespaceRules { Share = weight });
        }
    }

    private async Task Set(string name, NamespaceRules rules) =>
        (await Store.Rules.SetAsync(name, rules.Checked(), null, NowUs, Ct)).ShouldNotBeNull();

    private Task<Agent> Works(string name, params string[] namespaces) =>
        Register(new AgentRegistration { Name = name, MaxConcurrent = 1000, Namespaces = namespaces });

    private async Task<long[]> AddMany(string name, int count) =>
        [.. (await Insert([.. Enumerable.Repeat(Spec() with { Namespace = name }, count)])).Select(o => o.TaskId)];
}
