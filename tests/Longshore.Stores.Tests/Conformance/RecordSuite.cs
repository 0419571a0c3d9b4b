using Longshore.Agents;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What is remembered of how well an agent works.</summary>
public abstract class RecordSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan HalfLife = TimeSpan.FromDays(10);

    protected override StoreOptions Options => base.Options with
    {
        ReputationHalfLife = HalfLife,
        RecentFailure = RecentFailurePolicy.Off,
    };

    [Fact]
    public async Task A_newcomer_has_no_evidence_and_a_half()
    {
        var record = (await Register("ada", 1, "sql")).Record;
        record.ShouldBe(AgentRecord.Empty);
        (record.Score, record.ScoreIn("sql")).ShouldBe((0.5, 0.5));
    }

    [Fact]
    public async Task Ends_of_claims_count_for_the_agent_and_for_what_their_tasks_required()
    {
        await Register("ada", 10, "sql", "rust");
        await End(FinishKind.Complete, "sql");
        await End(FinishKind.Complete, "sql", "rust");
        await End(FinishKind.Fail, "rust");
        await End(FinishKind.Complete);

        var record = await RecordOf("ada");
        Shown(record.Overall).ShouldBe((3, 1));
        record.Capabilities.Keys.ShouldBe(["rust", "sql"]);
        Shown(record.Capabilities["sql"]).ShouldBe((2, 0));
        Shown(record.Capabilities["rust"]).ShouldBe((1, 1));
    }

    [Fact]
    public async Task What_says_nothing_of_the_work_counts_nothing()
    {
        await Register("ada", 10, "sql");
        await End(FinishKind.Release, "sql");
        await End(FinishKind.Snooze, "sql");
        await End(FinishKind.Cancel, "sql");
        var grant = await TakeNew("sql");
        await Finish(new Finish
        {
            TaskId = grant.TaskId,
            Epoch = grant.Epoch,
            Kind = FinishKind.Fail,
            Retry = false,
        });
        (await RecordOf("ada")).ShouldBe(AgentRecord.Empty);
    }

    /// <summary>A host that dies with many tasks says nothing of each; one that dies with a single one does.</summary>
    [Fact]
    public async Task A_lost_claim_counts_when_it_was_the_only_one()
    {
        await Register("ada", 10, "sql");
        await TakeNew("sql");
        await TakeNew("sql");
        await LoseAll();
        (await RecordOf("ada")).Overall.Bad.ShouldBe(1);
        await Register("ben", 10, "sql");
        await Add(Spec("build", "sql"));
        await Add(Spec("build", "sql"));
        (await Claim("ben", 2)).Grants.Count.ShouldBe(2);
        await LoseAll();
        (await RecordOf("ben")).ShouldBe(AgentRecord.Empty);
    }

    [Fact]
    public async Task A_late_result_counts_as_done()
    {
        await Register("ada", 1, "sql");
        var grant = await TakeNew("sql");
        await LoseAll();
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        var record = await RecordOf("ada");
        Shown(record.Overall).ShouldBe((1, 1));
        Shown(record.Capabilities["sql"]).ShouldBe((1, 1));
    }

    [Fact]
    public async Task What_an_agent_does_not_declare_is_not_remembered()
    {
        await Register("ada", 1, "sql");
        await Add(Spec("build", "sql", "rust") with { MinimumMatch = 0.5 });
        await Finish(await Take("ada"), FinishKind.Complete);
        (await RecordOf("ada")).Capabilities.Keys.ShouldBe(["sql"]);
    }

    [Fact]
    public async Task Many_ends_in_one_transaction_count_each()
    {
        await Register("ada", 100, "sql");
        var specs = Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? Spec() : Spec("build", "sql")).ToArray();
        await Insert(specs);
        var grants = (await Claim("ada", 100)).Grants;
        await Commit(b => b.Finishes.AddRange(grants.Select(g =>
            new Finish { TaskId = g.TaskId, Epoch = g.Epoch, Kind = FinishKind.Complete })));
        var record = await RecordOf("ada");
        Shown(record.Overall).ShouldBe((60, 0));
        Shown(record.Capabilities["sql"]).ShouldBe((40, 0));
    }

    [Fact]
    public async Task Evidence_weighs_half_after_each_half_life()
    {
        await Register("ada", 1, "sql");
        await End(FinishKind.Complete, "sql");
        await End(FinishKind.Fail, "sql");
        Clock.Advance(HalfLife);
        await End(FinishKind.Complete, "sql");

        // As of the last step of a 1024th of the half-life.
        var record = await RecordOf("ada");
        record.Overall.Good.ShouldBe(1.5, 0.001);
        record.Overall.Bad.ShouldBe(0.5, 0.001);
        record.Capabilities["sql"].Good.ShouldBe(1.5, 0.001);
        record.Capabilities["sql"].Bad.ShouldBe(0.5, 0.001);
        var later = record.At((Clock.Now + (2 * HalfLife)).ToMicroseconds(), HalfLife);
        later.Overall.Good.ShouldBe(0.375, 0.001);
        later.ShouldNotBe(record);
    }

    [Fact]
    public async Task Evidence_is_forgotten_in_the_end()
    {
        await Register("ada", 1, "sql");
        await End(FinishKind.Fail, "sql");
        Clock.Advance(HalfLife * 1000);
        await End(FinishKind.Complete, "sql");
        Shown((await RecordOf("ada")).Overall).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Registering_again_keeps_the_record()
    {
        await Register("ada", 1, "sql");
        await End(FinishKind.Complete, "sql");
        var before = await RecordOf("ada");
        (await Register("ada", 2, "rust")).Record.ShouldBe(before);
        (await RecordOf("ada")).ShouldBe(before);
    }

    /// <summary>Of two that match alike the better in the required capability, not in all (S0.50).</summary>
    [Fact]
    public async Task Discovery_shows_a_best_match_to_who_does_such_tasks_best()
    {
        await Register("ada", 10, "sql", "rust");
        for (var i = 0; i < 10; i++)
        {
            await End(FinishKind.Complete, "rust");
        }

        await End(FinishKind.Fail, "sql");
        await End(FinishKind.Fail, "sql");
        await End(FinishKind.Fail, "sql");
        await End(FinishKind.Fail, "sql");
        await StageAll();
        await DrainAsync("ada");
        await Register("ben", 10, "sql", "rust");
        await Add(Spec("build", "sql"));
        (await IsBest("ada")).ShouldBeFalse();
        (await IsBest("ben")).ShouldBeTrue();
    }

    private async Task<bool> IsBest(string agent) =>
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = agent }, NowUs, Ct))
            .ShouldHaveSingleItem().IsBestMatch;

    private async Task DrainAsync(string agent)
    {
        foreach (var grant in (await Claim(agent, 10)).Grants)
        {
            await Finish(grant, FinishKind.Cancel);
        }
    }

    private async Task<AgentRecord> RecordOf(string agent) =>
        (await Store.Queries.GetAgentAsync(agent, Ct)).ShouldNotBeNull().Record;

    private async Task<Grant> TakeNew(params string[] requires) =>
        await Take("ada", await Add(Spec("build", requires)));

    private async Task End(FinishKind kind, params string[] requires) =>
        (await Finish(await TakeNew(requires), kind)).Status.ShouldBe(ClaimWriteStatus.Accepted);

    private static (double Good, double Bad) Shown(Evidence evidence) => (evidence.Good, evidence.Bad);
}
