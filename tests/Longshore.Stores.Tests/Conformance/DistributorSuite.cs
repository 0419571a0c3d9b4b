using System.Collections.Concurrent;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Tests;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>The distributor over every store: who is offered what, on a clock that the test moves.</summary>
public abstract class DistributorSuite<TSource> : TimedSuite<TSource>
    where TSource : StoreSource, new()
{
    protected override TimeSpan Step => TimeSpan.FromMilliseconds(250);

    [Fact]
    public async Task Work_goes_to_those_who_can_do_it_and_never_beyond_their_room()
    {
        await using var node = await StartAsync();
        await Auto(RoutingStrategy.LeastLoaded);
        await Join(node, "rusty", 2, "rust");
        await Join(node, "snake", 3, "python");
        var rust = await Submit(node, 5, requires: "rust");
        var python = await Submit(node, 5, requires: "python");

        await Offered("rusty", 2);
        await Offered("snake", 3);
        foreach (var offer in await OffersOf("rusty"))
        {
            rust.ShouldContain(offer.TaskId);
        }

        (await OffersOf("snake")).ShouldAllBe(a => python.Contains(a.TaskId));
        var done = new HashSet<long>();
        while (done.Count < 10)
        {
            foreach (var agent in new[] { "rusty", "snake" })
            {
                foreach (var offer in await OffersOf(agent))
                {
                    await AcceptAndComplete(node, offer);
                    done.Add(offer.TaskId).ShouldBeTrue("each task is done once");
                }

                (await node.Client.GetAgentAsync(agent, Ct)).Load.ShouldBeLessThanOrEqualTo(3);
            }

            if (done.Count < 10)
            {
                await Eventually(
                    async () => (await OffersOf("rusty")).Count + (await OffersOf("snake")).Count > 0,
                    "more is offered");
            }
        }
    }

    [Fact]
    public async Task A_task_that_nobody_can_do_delays_no_other()
    {
        await using var node = await StartAsync();
        await Auto(RoutingStrategy.FirstAvailable);
        await Join(node, "ada", 1);
        await Submit(node, 300, requires: "cobol", priority: 10);
        var easy = await Submit(node, 1, priority: 0);

        await Offered("ada", 1);
        (await OffersOf("ada")).Single().TaskId.ShouldBe(easy.Single());
    }

    [Fact]
    public async Task A_task_that_many_are_kept_from_reaches_the_one_who_may_do_it_without_any_time_passing()
    {
        await using var node = await StartAsync();
        await Auto(RoutingStrategy.FirstAvailable);
        for (var i = 10; i < 22; i++)
        {
            await JoinOf("ann", node, $"ann-{i}", 1);
        }

        await node.Client.SubmitAsync([Spec() with { Group = "i1", Step = "annotate" }], Ct);
        await Offered("ann-10", 1);
        await AcceptAndComplete(node, (await OffersOf("ann-10")).Single());
        await Join(node, "zoe", 1);

        // Twelve come before her by name, and the store refuses each of them.
        await node.Client.SubmitAsync([Spec() with { Group = "i1", Step = "review" }], Ct);

        await Until.Holds(async () => (await OffersOf("zoe")).Count == 1, "zoe is offered it at once");
    }

    [Fact]
    public async Task Higher_priority_first_then_arrival()
    {
        await using var node = await StartAsync();
        await Rules(new NamespaceRules
        {
            Mode = AssignmentMode.Auto,
            Order = TaskOrder.PriorityFifo,
            OfferTimeout = TimeSpan.FromHours(12),
        });
        var low = await Submit(node, 2, priority: 1);
        var high = await Submit(node, 2, priority: 9);
        await Join(node, "ada", 1);

        foreach (var expected in high.Concat(low))
        {
            await Offered("ada", 1);
            var offer = (await OffersOf("ada")).Single();
            offer.TaskId.ShouldBe(expected);
            await AcceptAndComplete(node, offer);
        }
    }

    [Fact]
    public async Task Round_robin_is_within_one_of_equal_and_goes_on_after_a_restart()
    {
        string[] agents = ["ann", "bob", "cyd", "dan"];
        var counts = agents.ToDictionary(a => a, _ => 0, StringComparer.Ordinal);
        for (var run = 0; run < 3; run++)
        {
            await using var node = await StartAsync();
            await Auto(RoutingStrategy.RoundRobin);
            foreach (var agent in agents)
            {
                await Join(node, agent, 10);
            }

            for (var i = 0; i < 3; i++)
            {
                var id = (await Submit(node, 1)).Single();
                await Eventually(async () => (await Get(id)).State == TaskState.Assigned, "it is offered");
                counts[(await Get(id)).Agent!]++;
            }
        }

        counts.Values.Max().ShouldBeLessThanOrEqualTo(counts.Values.Min() + 1);
    }

    [Fact]
    public async Task Specialists_first_keeps_the_versatile_free_for_what_only_they_can_do()
    {
        await using var node = await StartAsync();
        await Auto(RoutingStrategy.SpecialistsFirst);
        await Join(node, "ann", 9, "plain", "rare");
        await Join(node, "bob", 3, "plain");
        await Submit(node, 1, requires: "rare");
        await Offered("ann", 1);
        await AcceptAndComplete(node, (await OffersOf("ann"))[0]);

        // Nothing rare waits now; that it came is remembered.
        await Submit(node, 3, requires: "plain");
        await Offered("bob", 3);
        (await OffersOf("ann")).ShouldBeEmpty();

        await Submit(node, 2, requires: "plain");
        await Offered("ann", 2);
    }

    [Fact]
    public async Task An_offer_that_nobody_accepts_goes_to_another_and_is_counted()
    {
        await using var node = await StartAsync();
        await Rules(new NamespaceRules
        {
            Mode = AssignmentMode.Auto,
            Strategy = RoutingStrategy.FirstAvailable,
            OfferTimeout = TimeSpan.FromSeconds(5),
        });
        await Join(node, "ann", 1);
        await Join(node, "bob", 1);
        var id = (await Submit(node, 1)).Single();
        await Offered("ann", 1);

        await Eventually(async () => (await Get(id)).Agent == "bob", "it is offered to another");
        (await StatusesOf(id))[0].ShouldBe(AssignmentStatus.Expired);
        await Eventually(
            () => Task.FromResult(node.Distribution.Read() is { Redistributed: >= 1, Distributed: >= 2 }),
            "both offers and the return are counted");
        node.Distribution.Read().ByKind["build"].ShouldBe(node.Distribution.Read().Distributed);
    }

    [Fact]
    public async Task Queued_work_is_offered_when_somebody_who_can_do_it_comes()
    {
        await using var node = await StartAsync();
        await Auto(RoutingStrategy.Hybrid);
        var id = (await Submit(node, 1, requires: "rust")).Single();
        await Join(node, "ann", 1);
        (await Get(id)).State.ShouldBe(TaskState.Created);

        await Join(node, "rusty", 1, "rust");
        await Offered("rusty", 1);
    }

    [Fact]
    public async Task What_may_have_taken_an_agent_down_passes_over_who_is_never_idle()
    {
        await using var node = await StartAsync();
        await Auto(RoutingStrategy.FirstAvailable);
        await Join(node, "cyd", 1);
        var soon = Spec("build") with { Priority = 5, Retry = RetryPolicy.FixedDelay(TimeSpan.FromMilliseconds(10)) };
        var suspect = (await node.Client.SubmitAsync([soon], Ct)).Single().Id;
        await Offered("cyd", 1);
        await node.Client.AcceptAsync(suspect, 1, TimeSpan.FromSeconds(5), ct: Ct);
        await node.Client.SetAgentModeAsync("cyd", AgentMode.Draining, Ct);
        await Eventually(async () => (await Get(suspect)).Suspect, "its lease runs out");

        // Ann comes first and has room for others, but not for a suspect beside what she holds.
        await Join(node, "ann", 3);
        var other = (await Submit(node, 1)).Single();
        await Eventually(async () => (await Get(other)).Agent == "ann", "ann is busy");
        await Join(node, "bob", 1);
        await Eventually(async () => (await Get(suspect)).Agent == "bob", "bob, who is idle, is offered it");
    }

    [Fact]
    public async Task An_excluded_agent_is_passed_over_for_the_next_best()
    {
        await using var node = await StartAsync();
        await Auto(RoutingStrategy.FirstAvailable);
        await Join(node, "ann", 5);
        var annotate = await node.Client.SubmitAsync(
            [Spec() with { Group = "i1", Step = "annotate" }], Ct);
        await Eventually(async () => (await Get(annotate[0].Id)).Agent == "ann", "ann annotates");
        await Join(node, "bob", 5);
        var review = await node.Client.SubmitAsync([Spec() with { Group = "i1", Step = "review" }], Ct);

        await Eventually(async () => (await Get(review[0].Id)).Agent == "bob", "bob reviews");
        node.Distribution.Read().Refused.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_task_past_its_deadline_is_not_offered()
    {
        await using var node = await StartAsync();
        var task = Spec() with { Deadline = Time.GetUtcNow().AddSeconds(30) };
        var id = (await node.Client.SubmitAsync([task], Ct))[0].Id;
        Time.Advance(TimeSpan.FromSeconds(31));
        await Auto(RoutingStrategy.Random);
        await Join(node, "ann", 1);

        await Eventually(async () => (await Get(id)).State == TaskState.Expired, "it expires");
        (await HistoryOf(id)).ShouldNotContain(EventTypes.TaskOffered);
    }

    [Fact]
    public async Task The_strategy_changes_while_running()
    {
        await using var node = await StartAsync();
        await Auto(RoutingStrategy.FirstAvailable);
        await Join(node, "ann", 100);
        await Join(node, "bob", 100);
        await Submit(node, 4);
        await Offered("ann", 4);

        // What it does at this moment may still go by the former rules.
        await Auto(RoutingStrategy.LeastLoaded);
        await Eventually(
            async () =>
            {
                await Submit(node, 1);
                return (await OffersOf("bob")).Count > 0;
            },
            "bob, who holds less, is offered something");
    }

    [Fact]
    public async Task An_offer_is_hinted_at_on_the_topic_of_its_agent()
    {
        await using var node = await StartAsync();
        var heard = new ConcurrentQueue<OfferMade>();
        using var hearing = node.Bus.Subscribe(message =>
        {
            if (message is OfferMade offer)
            {
                heard.Enqueue(offer);
            }
        });
        await Auto(RoutingStrategy.Hybrid);
        await node.Client.RegisterAsync(new AgentRegistration { Name = "procmond-1", Type = "proc.mon #1" }, Ct);
        await node.Client.SubmitAsync([Spec() with { CorrelationId = "c-1" }], Ct);

        await Eventually(() => Task.FromResult(!heard.IsEmpty), "it is told");
        heard.TryDequeue(out var told).ShouldBeTrue();
        (told!.Topic, told.Agent, told.Epoch, told.CorrelationId).ShouldBe(
            ("control.tasks.proc_mon__1.procmond-1", "procmond-1", 1, "c-1"));
    }

    [Fact]
    public async Task A_task_that_nobody_could_ever_do_escalates_once()
    {
        await using var node = await StartAsync();
        await Rules(new NamespaceRules
        {
            Unroutable = UnroutablePolicy.Escalate,
            UnroutableAfter = TimeSpan.FromMinutes(1),
        });
        var id = (await Submit(node, 1, requires: "cobol")).Single();
        var fine = (await Submit(node, 1)).Single();
        await Join(node, "ann", 1);

        await Eventually(async () => (await HistoryOf(id)).Contains(EventTypes.TaskUnroutable), "somebody is called");
        Time.GetUtcNow().ShouldBeGreaterThanOrEqualTo((await Get(id)).AvailableAt.AddMinutes(1));
        Time.Advance(TimeSpan.FromMinutes(1));
        await Eventually(() => Task.FromResult(node.Processor.IsQuiet), "quiet");
        (await HistoryOf(id)).Count(type => type == EventTypes.TaskUnroutable).ShouldBe(1);
        (await HistoryOf(fine)).ShouldNotContain(EventTypes.TaskUnroutable);
    }

    [Fact]
    public async Task A_task_that_nobody_could_ever_do_falls_back_to_other_requirements()
    {
        await using var node = await StartAsync();
        await Rules(new NamespaceRules
        {
            Unroutable = UnroutablePolicy.Fallback,
            UnroutableAfter = TimeSpan.FromMinutes(1),
            FallbackRequires = ["general"],
        });
        await Join(node, "ann", 1, "general");
        var id = (await Submit(node, 1, requires: "cobol")).Single();
        (await node.Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct)).ShouldBeEmpty();

        await Eventually(async () => (await Get(id)).Spec.Requires is [{ Name: "general" }], "other requirements hold");
        (await node.Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct)).Single().TaskId.ShouldBe(id);
    }

    private async Task<LongshoreEngine> StartAsync()
    {
        var engine = new LongshoreEngine(Store, new EngineOptions { Clock = Time, Seed = 1, NodeName = "node" });
        await engine.StartAsync(Ct);
        return engine;
    }

    private Task Auto(RoutingStrategy strategy) =>
        Rules(new NamespaceRules
        {
            Mode = AssignmentMode.Auto,
            Strategy = strategy,
            OfferTimeout = TimeSpan.FromHours(12),
        });

    private Task<Agent> Join(LongshoreEngine node, string name, int max, params string[] capabilities) =>
        JoinOf(null, node, name, max, capabilities);

    private Task<Agent> JoinOf(
        string? principal, LongshoreEngine node, string name, int max, params string[] capabilities) =>
        Join(node, new AgentRegistration
        {
            Name = name,
            MaxConcurrent = max,
            Capabilities = [.. capabilities.Select(c => Capability.Parse(c))],
            Principal = principal,
        });

    private static async Task<IReadOnlyList<long>> Submit(
        LongshoreEngine node, int count, string? requires = null, int priority = 5)
    {
        var spec = Spec("build", requires is null ? [] : [requires]) with { Priority = priority };
        return [.. (await node.Client.SubmitAsync([.. Enumerable.Repeat(spec, count)], Ct)).Select(s => s.Id)];
    }

    private async Task<IReadOnlyList<Assignment>> OffersOf(string agent) => (await Store.Queries.FindAssignmentsAsync(
        new AssignmentQuery { Agent = agent, Statuses = [AssignmentStatus.Assigned] }, Ct)).Items;

    private Task Offered(string agent, int count) =>
        Eventually(async () => (await OffersOf(agent)).Count == count, $"{agent} is offered {count}");

    private static async Task AcceptAndComplete(LongshoreEngine node, Assignment offer)
    {
        await node.Client.AcceptAsync(offer.TaskId, offer.Epoch, ct: Ct);
        await node.Client.FinishAsync(
            new Finish { TaskId = offer.TaskId, Epoch = offer.Epoch, Kind = FinishKind.Complete }, Ct);
    }
}
