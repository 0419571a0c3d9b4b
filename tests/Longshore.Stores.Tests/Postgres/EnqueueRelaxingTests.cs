using Longshore.Capabilities;
using Longshore.Tasks;
using Longshore.Tests;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Requirements that relax, of tasks that SQL enqueued: what the client would have stored.</summary>
public sealed class EnqueueRelaxingTests : OneStore
{
    [Fact]
    public async Task Steps_and_a_preferred_agent_are_stored_as_the_client_stores_them()
    {
        var spec = TaskValidation.Checked(
            new NewTask
            {
                Kind = "port",
                Requires = [new Requirement("rust", 3), new Requirement("c++")],
                MinimumMatch = 0.75,
                Prefer = "ann-1",
                PreferFor = TimeSpan.FromSeconds(90),
                Relax =
                [
                    new RelaxStep(TimeSpan.FromMinutes(2), [new Requirement("rust", 2)]) { MinimumMatch = 0.5 },
                    new RelaxStep(TimeSpan.FromHours(1.5), []),
                ],
            },
            DateTimeOffset.UnixEpoch);
        var byClient = await ShownAsync((await InsertAsync(spec))[0]);
        var bySql = await ShownAsync(await EnqueueAsync("""
            'port', requires => array['rust >= 3', 'C++'], minimum_match => 0.75, prefer => 'ann-1',
            prefer_for => interval '90 s', relax => '[
              {"after_seconds": 120, "requires": ["RUST>=2", "rust"], "minimum_match": 0.5},
              {"after_seconds": 5400}]'
            """));
        bySql.ShouldBe(byClient);
        bySql.Spec.ShouldBe(Same.Json(spec));
    }

    [Fact]
    public async Task Steps_come_into_force_and_are_claimed_by()
    {
        await RegisterAsync("worker-1");
        var id = await EnqueueAsync("""
            'port', requires => array['rust'], relax => '[{"after_seconds": 0.001, "requires": []}]'
            """);
        (await ClaimAsync("worker-1")).ShouldBeEmpty();
        await Until.Holds(async () => (await Store.Tasks.RelaxAsync(10, ct: Ct)).Changed == 1, "a step is due");
        (await ClaimAsync("worker-1")).Select(g => g.TaskId).ShouldBe([id]);
        var preferred = await EnqueueAsync("'port', prefer => 'worker-1', prefer_for => interval '1 h'");
        await RegisterAsync("worker-2");
        (await ClaimAsync("worker-2")).ShouldBeEmpty();
        (await ClaimAsync("worker-1")).Select(g => g.TaskId).ShouldBe([preferred]);
    }

    [Fact]
    public async Task Steps_are_part_of_what_an_idempotency_key_stands_for()
    {
        const string Two = """'a', idempotency_key => 'k', relax => '[{"after_seconds": 2, "requires": ["b"]}]'""";
        var first = await EnqueueAsync(Two);
        (await EnqueueAsync(Two.Replace("2,", "2.0,", StringComparison.Ordinal))).ShouldBe(first);
        (await Should.ThrowAsync<PostgresException>(
            () => EnqueueAsync(Two.Replace("2,", "3,", StringComparison.Ordinal)))).SqlState.ShouldBe("23505");
        (await Should.ThrowAsync<PostgresException>(() => EnqueueAsync("'a', idempotency_key => 'k'")))
            .SqlState.ShouldBe("23505");
    }

    [Fact]
    public async Task Node_that_leads_is_told_of_steps()
    {
        await using var listener = await OpenAsync();
        var heard = new List<string>();
        listener.Notification += (_, told) => heard.Add(told.Payload);
        await ExecuteAsync(listener, "listen \"longshore.control\"");
        await EnqueueAsync("""'a', relax => '[{"after_seconds": 2, "requires": ["b"]}]'""");
        await listener.WaitAsync(Ct);
        heard.ShouldHaveSingleItem().ShouldContain("due_us");
    }

    [Theory]
    [InlineData("relax => '7'", "relax: must be a JSON array of steps")]
    [InlineData("relax => 'null'", "relax: must be a JSON array of steps")]
    [InlineData("relax => '[7]'", "relax[0]: must be an object")]
    [InlineData("relax => '[{\"requires\": []}]'", "relax[0].after_seconds: must be longer than 0")]
    [InlineData("relax => '[{\"after_seconds\": \"9\"}]'", "relax[0].after_seconds: must be a number, not \"9\"")]
    [InlineData("relax => '[{\"after_seconds\": 315360001}]'", "at most 3650 days, not 315360001 seconds")]
    [InlineData("relax => '[{\"after\": 9}]'", "relax[0]: has no 'after'; there are after_seconds, requires and")]
    [InlineData("relax => '[{\"after_seconds\": 9}]'", "relax[0]: asks for the same as the step before")]
    [InlineData(
        "relax => '[{\"after_seconds\": 60, \"requires\": [\"b\"]}, {\"after_seconds\": 60}]'",
        "relax[1].after_seconds: must be more than the 60 of the step before, not 60")]
    [InlineData(
        "prefer => 'ann-1', prefer_for => '2 min', relax => '[{\"after_seconds\": 120, \"requires\": [\"b\"]}]'",
        "relax[0].after_seconds: must be more than the 120 of prefer_for, not 120")]
    [InlineData(
        "relax => '[{\"after_seconds\": 9, \"requires\": [\"no!\"]}]'", "relax[0].requires: 'no!' is no capability")]
    [InlineData(
        "relax => '[{\"after_seconds\": 9, \"requires\": [\"a>=101\"]}]'", "relax[0].requires: the level in 'a>=101'")]
    [InlineData("relax => '[{\"after_seconds\": 9, \"requires\": null}]'", "relax[0].requires: must be an array")]
    [InlineData("relax => '[{\"after_seconds\": 9, \"requires\": [1]}]'", "relax[0].requires: must be an array")]
    [InlineData(
        "relax => '[{\"after_seconds\": 9, \"minimum_match\": 0}]'",
        "relax[0].minimum_match: must be greater than 0 and at most 1, not 0")]
    [InlineData(
        "relax => (select json_agg(json_build_object('after_seconds', i, 'requires', json_build_array('a' || i))) "
            + "from generate_series(1, 17) i)::jsonb",
        "relax: lists 17 steps; at most 16 are allowed")]
    [InlineData("prefer => 'ann-1'", "prefer_for: is required with prefer")]
    [InlineData("prefer_for => '1 s'", "prefer_for: needs the preferred agent, in prefer")]
    [InlineData("prefer => 'ann-1', prefer_for => '-1 s'", "prefer_for: must be longer than 0 and at most 3650 days")]
    [InlineData("prefer => 'ab', prefer_for => '1 s'", "prefer: an agent name has 3 to 50 characters, this has 2")]
    [InlineData("prefer => 'Ann', prefer_for => '1 s'", "prefer: no agent is named 'Ann'")]
    [InlineData("prefer => 'all', prefer_for => '1 s'", "prefer: no agent is named 'all'")]
    [InlineData("prefer => 'ann-1', prefer_for => '1 s', owner => 'bob-2'", "prefer: cannot be combined with owner")]
    public async Task What_is_wrong_is_refused_with_its_field_and_changes_nothing(string arguments, string message)
    {
        (await Should.ThrowAsync<PostgresException>(() => EnqueueAsync($"'a', {arguments}")))
            .MessageText.ShouldContain(message);
        (await ScalarAsync("select count(*) from longshore.tasks")).ShouldBe(0L);
    }

    /// <summary>What was submitted, what is asked for now, and when that changes since it became available.</summary>
    private async Task<(string Spec, string Asks, int Step, TimeSpan? Next, int Flags)> ShownAsync(long id)
    {
        var task = (await Store.GetTaskAsync(id, Ct))!;
        var flags = (short)(await ScalarAsync($"select flags from longshore.ready where id = {id}"))!;
        return (
            Same.Json(task.Spec), Same.Json(task.Asks), task.Relaxing!.Step, task.Relaxing.NextAt - task.AvailableAt,
            flags);
    }
}
