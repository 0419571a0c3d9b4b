using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Engine;
using Longshore.Planning;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Recommendations over every store: each task by its best reason, and only what can be had.</summary>
public abstract class RecommendSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly string[] Words = ["a", "b", "c"];

    [Fact]
    public async Task Each_task_is_told_once_with_its_best_reason_and_in_order()
    {
        await Register("ann", 1, "sql", "png");
        await Register(new AgentRegistration
        {
            Name = "bob",
            Capabilities = [new Capability("sql"), new Capability("png"), new Capability("xml")],
            Specializations = ["png"],
        });
        var special = await Add(Spec("scan", "png") with { Priority = 9 });
        var urgent = await Add(Spec("scan", "sql") with { Priority = 8 });
        var usual = await Add(Spec("scan", "sql") with { Priority = 7 });
        var best = await Add(Spec("scan", "xml") with { Priority = 1 });
        await Add(Spec("scan", "cobol") with { Priority = 10 });

        // Ann fits what both can do as well and stands first by name, so it is not bob's by best match.
        (await RecommendedAsync(new RecommendQuery { Agent = "bob" })).ShouldBe(
        [
            (special, RecommendationReason.SpecializationMatch), (best, RecommendationReason.BestMatch),
            (urgent, RecommendationReason.HighPriority),
        ]);
        (await RecommendedAsync(new RecommendQuery { Agent = "bob", HighPriorityFrom = 70 }))[^1]
            .ShouldBe((usual, RecommendationReason.HighPriority));
        (await RecommendedAsync(new RecommendQuery { Agent = "bob", Limit = 1 })).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Waiting_makes_a_task_urgent()
    {
        await Register("ann", 1, "sql");
        await Register("bob", 1, "sql");
        var id = await Add(Spec("scan", "sql") with { Priority = 5 });
        Clock.Advance(TimeSpan.FromHours(14.9));
        (await RecommendedAsync(new RecommendQuery { Agent = "bob" })).ShouldNotContain(
            (id, RecommendationReason.HighPriority));
        await Store.Agents.HeartbeatAsync(["ann", "bob"], NowUs, Ct);
        (await RecommendedAsync(new RecommendQuery { Agent = "bob" })).ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromHours(0.2));
        await Store.Agents.HeartbeatAsync(["ann", "bob"], NowUs, Ct);
        (await RecommendedAsync(new RecommendQuery { Agent = "bob" })).ShouldBe(
            [(id, RecommendationReason.HighPriority)]);
    }

    [Fact]
    public async Task What_is_recommended_can_be_claimed()
    {
        var found = 0;
        for (var seed = 0; seed < 12; seed++)
        {
            var chance = new Random(seed);
            var (agent, other) = ($"ann-{seed}", $"bob-{seed}");
            await Join(agent, chance);
            await Join(other, chance);
            for (var i = 0; i < 12; i++)
            {
                await Add(Drawn(chance, chance.Next(6) == 0 ? other : null));
            }

            // What was rejected is kept from her; what she did keeps her from the other steps of its item.
            if ((await Claim(agent)).Grants is [var rejected, ..])
            {
                await Finish(new Finish
                {
                    TaskId = rejected.TaskId,
                    Epoch = rejected.Epoch,
                    Kind = FinishKind.Reject,
                    Reason = RejectReason.OutsideExpertise,
                });
            }

            if ((await Claim(agent)).Grants is [var done, ..])
            {
                await Finish(done, FinishKind.Complete);
            }

            var told = await RecommendedAsync(new RecommendQuery { Agent = agent, Limit = 50, HighPriorityFrom = 0 });
            told.Select(one => one.Id).ShouldBeUnique();
            foreach (var (id, _) in told)
            {
                var grant = await Take(agent, id);
                await Finish(grant, FinishKind.Release);
                found++;
            }

            await Store.Agents.DeregisterAsync(agent, NowUs, Ct);
            await Store.Agents.DeregisterAsync(other, NowUs, Ct);
        }

        found.ShouldBeGreaterThan(20, "otherwise nothing was tried");
    }

    private Task<Agent> Join(string name, Random chance) => Register(new AgentRegistration
    {
        Name = name,
        Capabilities = [.. Words.Where(_ => chance.Next(2) == 0).Select(w => new Capability(w, 1 + chance.Next(3)))],
        PriorityLevels = chance.Next(2) == 0 ? [] : [5, 6],
        Kinds = chance.Next(3) == 0 ? ["draw"] : [],
    });

    private static NewTask Drawn(Random chance, string? owner) => Spec(chance.Next(2) == 0 ? "draw" : "check") with
    {
        Requires = [.. Words.Where(_ => chance.Next(3) == 0).Select(w => new Requirement(w, 1 + chance.Next(2)))],
        MinimumMatch = chance.Next(2) == 0 ? 1 : 0.5,
        Priority = 4 + chance.Next(4),
        Owner = owner,
        Group = chance.Next(2) == 0 ? $"item-{chance.Next(3)}" : null,
        Step = chance.Next(2) == 0 ? "first" : "second",
    };

    private async Task<List<(long Id, RecommendationReason Reason)>> RecommendedAsync(RecommendQuery query)
    {
        await using var node = new LongshoreEngine(
            Store, new EngineOptions { Clock = Clock, Seed = 1, NodeName = "node" });
        return [.. (await node.Client.RecommendAsync(query, Ct)).Select(one => (one.TaskId, one.Reason))];
    }
}
