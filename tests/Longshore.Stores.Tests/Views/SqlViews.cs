using System.Globalization;
using System.Text.Json;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Help;
using Longshore.Storage;
using Longshore.Stores.Tests.Conformance;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Views;

/// <summary>The four views of source 000, as a person at a SQL prompt sees them (S0.4–S0.51).</summary>
public abstract class SqlViews<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, ISqlSource, new()
{
    private const string AvailableColumns = "id code name description state priority_score failure_count inserted_at "
        + "required_capabilities confidence_threshold owner_agent_name parent_task_id workflow_definition_id "
        + "workflow_cursor age_minutes has_pending_handoff unresolved_blockers";

    private const string Queue = "select code, urgency_score, best_agent_match from work_queue";

    /// <summary>The names of a view's columns, in order.</summary>
    protected abstract Task<IReadOnlyList<string?>> ColumnsOf(string view);

    // Views know only the database's clock.
    protected override StoreOptions Options => new() { Seed = 7 };

    private static long Now => TimeProvider.System.NowMicroseconds();

    [Theory]
    [InlineData("available_tasks", AvailableColumns)]
    [InlineData("task_agent_matches", "task_code agent_name matched_capabilities current_load available_capacity "
        + "reputation_score status")]
    [InlineData("handoff_opportunities", "handoff_id task_code from_agent_name to_capability confidence_score "
        + "created_at estimated_effort task_name priority_score task_state suitable_agent agent_reputation agent_load")]
    [InlineData("work_queue", AvailableColumns + " urgency_score best_agent_match")]
    public async Task Columns_are_those_of_the_source(string view, string columns) =>
        string.Join(' ', await ColumnsOf(view)).ShouldBe(columns);

    [Fact]
    public async Task Available_is_what_is_open_and_has_no_open_blocker()
    {
        await Register("ada", 5);
        var ready = await Put(Spec("build", "rust", "sql>=3") with { Name = "a name", Priority = 7, Owner = "eve" });
        var held = await Put(Spec("held"));
        await Take("ada", held);
        var blocked = await Put(Spec("blocked"));
        var stopped = await Take("ada", blocked);
        var blocker = new NewHelpRequest
        {
            TaskId = blocked,
            Epoch = stopped.Epoch,
            Agent = "ada",
            Type = HelpType.Blocker,
            Description = "no key",
        };
        (await Store.Help.AskAsync(blocker, NowUs, Ct)).Status.ShouldBe(HelpWriteStatus.Done);
        await Put(Spec("later") with { ReadyAt = TimeProvider.System.GetUtcNow().AddHours(1) });
        var done = await Put(Spec("done"));
        await Finish(await Take("ada", done), FinishKind.Complete);

        var rows = await Rows(
            10,
            "select code, state, priority_score, failure_count, required_capabilities, owner_agent_name, "
            + "confidence_threshold, age_minutes, cast(has_pending_handoff as integer), unresolved_blockers "
            + "from available_tasks order by id");
        rows.Select(row => (row[0], row[1])).ShouldBe([($"t-{ready}", "created"), ($"t-{held}", "in_progress")]);
        rows[0][2..4].ShouldBe(["7", "0"]);
        JsonSerializer.Deserialize<string[]>(rows[0][4]!).ShouldBe(["rust", "sql>=3"]);
        rows[0][5..7].ShouldBe(["eve", "0.7"]);
        Number(rows[0][7]).ShouldBeInRange(0, 5);
        rows[0][8..].ShouldBe(["0", "0"]);
        (await Rows(1, "select inserted_at from available_tasks")).ShouldAllBe(row => row[0] != null);
    }

    [Fact]
    public async Task Matches_are_the_agents_with_room_that_have_a_capability_of_the_task()
    {
        await Register("ada", 2, "rust", "sql:3");
        await Register("bob", 1, "sql:2", "go");
        await Register("cyd", 1, "rust");
        await Register("dan", 1, "rust");
        await Register("eve", 1, "rust");
        var expired = new Capability("rust", 1, DateTimeOffset.UnixEpoch);
        await Register(new AgentRegistration { Name = "old", Capabilities = [expired] });
        await Store.Agents.SetModeAsync("dan", AgentMode.Draining, Now, Ct);
        await Store.Agents.SetAvailabilityAsync("eve", ["rust"], Now, Ct);
        var both = await Put(Spec("build", "rust", "sql>=3"));
        await Put(Spec("anything"));
        await Put(Spec("nobody", "cobol"));
        const string Matches = "select task_code, agent_name, matched_capabilities, current_load, available_capacity, "
            + "reputation_score, status from task_agent_matches order by agent_name";
        var rows = await Rows(7, Matches);
        rows.ShouldBe(
        [
            [$"t-{both}", "ada", "2", "0", "2", "0.5", "idle"],
            [$"t-{both}", "cyd", "1", "0", "1", "0.5", "idle"],
        ]);

        await Take("ada", await Put(Spec("other")));
        await Take("cyd", await Put(Spec("other")));
        (await Rows(7, Matches)).ShouldBe([[$"t-{both}", "ada", "2", "1", "1", "0.5", "active"]]);
        await Store.Agents.AuthoriseAsync("ada", ["sql"], Now, Ct);
        (await Rows(7, Matches)).ShouldHaveSingleItem()[2].ShouldBe("1");
        await Store.Agents.DeregisterAsync("ada", Now, Ct);
        (await Rows(7, Matches)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silent_agent_is_no_match()
    {
        await Put(Spec("build", "rust"));
        await Store.Agents.RegisterAsync(
            AgentValidation.Checked(new AgentRegistration { Name = "ada", Capabilities = [new("rust")] }),
            Now - (2 * Options.HeartbeatTimeout.ToMicroseconds()),
            Ct);
        (await Rows(1, "select agent_name from task_agent_matches")).ShouldBeEmpty();
        (await Rows(3, Queue)).ShouldHaveSingleItem()[2].ShouldBeNull();
    }

    [Fact]
    public async Task Queue_is_in_the_order_of_urgency_and_shows_who_fits_best()
    {
        await Register("ada", 1, "rust");
        await Register("bob", 1, "rust", "sql");
        await Register("cyd", 5, "rust", "sql");
        await Finish(await Take("cyd", await Put(Spec("proof"))), FinishKind.Complete);
        var parent = await Put(Spec("none") with { Priority = 0 });
        var child = await Put(Spec("build", "rust", "sql") with { Priority = 3, ParentId = parent });
        var aged = await Put(Spec("build", "rust") with { Priority = 0 }, TimeSpan.FromHours(100));
        var failed = await Put(Spec("build") with { Priority = 9 });
        await Finish(await Take("bob", failed), FinishKind.Fail);
        await StageAll();

        var rows = await Rows(3, Queue);
        rows.Select(row => row[0]).ShouldBe([$"t-{aged}", $"t-{failed}", $"t-{child}", $"t-{parent}"]);
        Number(rows[0][1]).ShouldBe(100, 0.01, "age counts no more than a hundred");
        Number(rows[1][1]).ShouldBe(80, 0.5);
        Number(rows[2][1]).ShouldBe(40, 0.5);
        Number(rows[3][1]).ShouldBe(0, 0.5);
        var best = JsonDocument.Parse(rows[2][2]!).RootElement;
        best.GetProperty("agent_name").GetString().ShouldBe("cyd", "the better record of two that fit");
        best.GetProperty("match_score").GetDouble().ShouldBe(1);
        best.GetProperty("reputation").GetDouble().ShouldBe((await GetAgent("cyd")).Record.Score, 1e-9);
        JsonDocument.Parse(rows[3][2]!).RootElement.GetProperty("match_score").GetDouble()
            .ShouldBe(1, "whoever needs nothing is matched by everybody");
        (await Rows(3, Queue + " order by urgency_score desc limit 2")).Select(row => row[0])
            .ShouldBe([$"t-{aged}", $"t-{failed}"]);
    }

    [Fact]
    public async Task Opportunities_are_for_others_with_the_capability_in_order()
    {
        await Register(new AgentRegistration { Name = "ada", Principal = "ann" });
        await Register(new AgentRegistration { Name = "ada-2", Principal = "ann", Capabilities = [new("sql", 3)] });
        await Register("bob", 2, "sql:3");
        await Register("cyd", 1, "sql:2");
        await Register("dan", 2, "sql:4");
        await Take("bob", await Put(Spec("busy")));
        var unsure = await HandOff(0.6);
        var sure = await HandOff(0.9);
        var rows = await Rows(
            9,
            "select task_code, from_agent_name, to_capability, confidence_score, task_state, suitable_agent, "
            + "agent_load, estimated_effort, created_at from handoff_opportunities");
        rows.Select(row => (row[0], row[3], row[5], row[6])).ShouldBe(
        [
            ($"t-{sure}", "0.9", "dan", "0"), ($"t-{sure}", "0.9", "bob", "1"),
            ($"t-{unsure}", "0.6", "dan", "0"), ($"t-{unsure}", "0.6", "bob", "1"),
        ]);
        rows[0][1].ShouldBe("ada");
        rows[0][2].ShouldBe("sql>=3");
        rows[0][4].ShouldBe("pending_handoff");
        Number(rows[0][7]).ShouldBe(90);
        (await Rows(2, "select state, cast(has_pending_handoff as integer) from available_tasks order by id"))[^1]
            .ShouldBe(["pending_handoff", "1"]);
        var named = await HandOff(0.7, HandoffTarget.ToAgent("cyd"));
        (await Rows(2, "select suitable_agent, to_capability from handoff_opportunities where task_code = "
            + $"'t-{named}'")).ShouldBe([["cyd", null]], "whoever is named, and nobody else");
        await Take("cyd", named);
        await Take("dan", sure);
        (await Rows(1, "select task_code from handoff_opportunities")).ShouldAllBe(row => row[0] == $"t-{unsure}");
    }

    [Fact]
    public async Task No_row_makes_a_view_fail()
    {
        await Register("ada", 1, "rust");
        await Put(Spec("build", "rust"));
        foreach (var damage in Damages)
        {
            await Source.ExecuteAsync(damage);
        }

        foreach (var view in (string[])["available_tasks", "task_agent_matches", "handoff_opportunities", "work_queue"])
        {
            await Rows(1, $"select * from {view}");
        }
    }

    /// <summary>What somebody may do to rows at a SQL prompt.</summary>
    protected abstract IReadOnlyList<string> Damages { get; }

    private async Task<long> HandOff(double confidence, HandoffTarget? to = null)
    {
        var id = await Put(Spec("handed"));
        var grant = await Take("ada", id);
        var said = new NewHandoff
        {
            TaskId = id,
            Epoch = grant.Epoch,
            To = to ?? HandoffTarget.ToCapability("sql>=3"),
            Summary = "half done",
            Confidence = confidence,
            EstimatedEffort = TimeSpan.FromSeconds(90),
        };
        (await Store.Handoffs.HandOffAsync([said.Checked()], NowUs, Ct))[0].Status
            .ShouldBe(HandoffWriteStatus.HandedOff);
        return id;
    }

    private Task<IReadOnlyList<string?[]>> Rows(int columns, string sql) => Source.QueryAsync(columns, sql);

    private static double Number(string? text) => double.Parse(text!, CultureInfo.InvariantCulture);

    private async Task<long> Put(NewTask task, TimeSpan age = default)
    {
        var batch = new TaskBatch { NowUs = Now - age.ToMicroseconds() };
        batch.Inserts.Add(TaskValidation.Checked(task, UnixTime.FromMicroseconds(batch.NowUs!.Value)));
        return (await Store.Tasks.CommitAsync(batch, Ct)).Inserts[0].TaskId;
    }
}
