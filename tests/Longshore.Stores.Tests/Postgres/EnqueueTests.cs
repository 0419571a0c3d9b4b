using Longshore.Capabilities;
using Longshore.Rules;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary><c>longshore.enqueue</c>: tasks that SQL submits are what the client would have stored.</summary>
public sealed class EnqueueTests : OneStore
{
    [Fact]
    public async Task Stores_what_the_client_would_store()
    {
        await RegisterAsync("worker-1", "c++", "sql:3");
        await using var connection = await OpenAsync();
        var id = (long)(await ScalarAsync(connection, """
            select longshore.enqueue(
                kind => 'report', payload => '{"year": 2026}', namespace => 'default',
                requires => array['SQL >= 3', 'C++', 'sql'], priority => 8, max_attempts => 2, code => 'r-1',
                name => 'Yearly report', tags => array['a', 'b'], correlation_id => 'x',
                deadline => now() + interval '1 day')
            """))!;
        var stored = (await Store.GetTaskAsync(id, Ct))!;
        var grant = (await ClaimAsync("worker-1")).ShouldHaveSingleItem();

        grant.TaskId.ShouldBe(id);
        stored.Spec.Requires.ShouldBe([new Requirement("c++"), new Requirement("sql", 3)]);
        stored.Spec.Payload.ToString().ShouldBe("""{"year": 2026}""");
        (stored.Spec.Priority, stored.Spec.MaxAttempts, stored.Code, stored.Spec.Name, stored.Spec.CorrelationId)
            .ShouldBe((8, 2, "r-1", "Yearly report", "x"));
        stored.Spec.Tags.ShouldBe(["a", "b"]);
        stored.Spec.Deadline.ShouldNotBeNull();
        (await Store.HistoryAsync(id, Ct)).Select(e => e.Type).ShouldBe(["task_created", "task_claimed"]);
    }

    [Fact]
    public async Task Orders_a_task_as_the_client_does()
    {
        var byClient = (await InsertAsync(new NewTask { Kind = "a", Priority = 7 }))[0];
        await using var connection = await OpenAsync();
        var bySql = await EnqueueAsync("'a', priority => 7");
        (await ScalarAsync(connection, $"""
            select count(distinct (r.class_id, r.priority, r.flags, r.rank - t.created_us))
            from longshore.ready r join longshore.tasks t on t.id = r.id where r.id in ({byClient}, {bySql})
            """)).ShouldBe(1L);
    }

    [Theory]
    [InlineData("kind => ''", "kind: is required")]
    [InlineData("kind => null", "kind: is required")]
    [InlineData("kind => 'a', priority => 11", "priority: must be from 0 to 10, not 11")]
    [InlineData("kind => 'a', max_attempts => 0", "max_attempts: must be from 1 to 1000, not 0")]
    [InlineData("kind => 'a', requires => array['ru!st']", "'ru!st' is no capability name")]
    [InlineData("kind => 'a', requires => array['sql>=0']", "the level in 'sql>=0' must be from 1 to 100")]
    [InlineData("kind => 'a', code => 't-5'", "codes of the form t-NUMBER are given by Longshore")]
    [InlineData("kind => 'a', deadline => now() - interval '1 s'", "deadline: must be later than now")]
    [InlineData("kind => 'a', minimum_match => 0", "minimum_match: must be greater than 0")]
    [InlineData("kind => repeat('a', 201)", "kind: must have 1 to 200 characters")]
    [InlineData("kind => 'a', limit_key => ''", "limit_key: must have 1 to 200 characters")]
    [InlineData("kind => 'a', limit_key => repeat('a', 201)", "limit_key: must have 1 to 200 characters")]
    public async Task Refuses_what_is_not_valid(string arguments, string message)
    {
        await using var connection = await OpenAsync();
        (await Should.ThrowAsync<PostgresException>(() => ScalarAsync(
            connection, $"select longshore.enqueue({arguments})"))).MessageText.ShouldContain(message);
        (await ScalarAsync(connection, "select count(*) from longshore.tasks")).ShouldBe(0L);
    }

    [Fact]
    public async Task Repeats_under_its_key_and_refuses_other_content()
    {
        await using var connection = await OpenAsync();
        const string Enqueue = "select longshore.enqueue('a', '{\"n\": 1}', idempotency_key => 'k')";
        var first = await ScalarAsync(connection, Enqueue);
        (await ScalarAsync(connection, Enqueue)).ShouldBe(first);
        (await Should.ThrowAsync<PostgresException>(() => ScalarAsync(
            connection, "select longshore.enqueue('b', idempotency_key => 'k')"))).SqlState.ShouldBe("23505");
        (await ScalarAsync(connection, "select count(*) from longshore.tasks")).ShouldBe(1L);
    }

    [Fact]
    public async Task Takes_a_group_a_step_and_a_match_mode()
    {
        await RegisterAsync("worker-1", "rust:2");
        await using var connection = await OpenAsync();
        const string Enqueue = """
            select longshore.enqueue(
                'label', requires => array['rust'], "group" => 'i1', step => 'annotate', match => 'strict',
                idempotency_key => 'k')
            """;
        var id = (long)(await ScalarAsync(connection, Enqueue))!;
        (await ScalarAsync(connection, Enqueue)).ShouldBe(id);
        (await Should.ThrowAsync<PostgresException>(() => ScalarAsync(
            connection, Enqueue.Replace("annotate", "review", StringComparison.Ordinal)))).SqlState.ShouldBe("23505");
        await ScalarAsync(connection, "select longshore.enqueue('check', \"group\" => 'i1', step => 'review')");

        var grant = (await ClaimAsync("worker-1")).ShouldHaveSingleItem();
        (grant.TaskId, grant.Task.Spec.Group, grant.Task.Spec.Step, grant.Task.Spec.Match).ShouldBe(
            (id, "i1", "annotate", MatchMode.Strict));
        (await Should.ThrowAsync<PostgresException>(() => ScalarAsync(
            connection, "select longshore.enqueue('a', match => 'loose')")))
            .MessageText.ShouldContain("match: must be tiered, strict or flexible, not loose");
    }

    [Fact]
    public async Task Takes_a_limit_key_that_counts_as_the_clients_does()
    {
        await Store.Rules.SetAsync(
            "default",
            new NamespaceRules { Limit = new LimitRules { PerKey = new LimitRules { InProgress = 1 } } },
            ct: Ct);
        await RegisterAsync("worker-1");
        var byClient = (await InsertAsync(new NewTask { Kind = "a", LimitKey = "customer-7", Priority = 7 }))[0];
        var bySql = await EnqueueAsync("'a', limit_key => 'customer-7', priority => 7");
        (await ScalarAsync($"""
            select count(distinct (r.class_id, r.priority, r.flags, r.limit_key, r.rank - t.created_us))
            from longshore.ready r join longshore.tasks t on t.id = r.id where r.id in ({byClient}, {bySql})
            """)).ShouldBe(1L);
        (await Store.GetTaskAsync(bySql, Ct))!.Spec.LimitKey.ShouldBe("customer-7");
        var other = await EnqueueAsync("'a', limit_key => 'customer-8'");
        var later = await EnqueueAsync("'a', limit_key => 'customer-8', ready_at => now() + interval '1 h'");

        (await ClaimAsync("worker-1")).Select(g => g.TaskId).ShouldBe([byClient, other]);
        (await ClaimAsync("worker-1", bySql)).ShouldBeEmpty();
        await Store.StageAsync(10, TimeProvider.System.GetUtcNow().AddHours(2).ToMicroseconds(), Ct);
        (await ClaimAsync("worker-1", later)).ShouldBeEmpty("it stands under the same key as before it was due");
    }

    [Fact]
    public async Task Limit_key_is_part_of_what_an_idempotency_key_stands_for()
    {
        const string One = "'a', idempotency_key => 'k', limit_key => 'customer-7'";
        (await EnqueueAsync(One)).ShouldBe(await EnqueueAsync(One));
        (await Should.ThrowAsync<PostgresException>(() => EnqueueAsync("'a', idempotency_key => 'k'")))
            .SqlState.ShouldBe("23505");
    }

    [Fact]
    public async Task Obeys_the_order_and_the_bound_of_the_namespace()
    {
        await Store.Rules.SetAsync(
            "default", new NamespaceRules { Order = TaskOrder.PriorityFifo, MaxPending = 2 }, ct: Ct);
        var byClient = (await InsertAsync(new NewTask { Kind = "a", Priority = 7 }))[0];
        await using var connection = await OpenAsync();
        var bySql = await EnqueueAsync("'a', priority => 7");

        (await ScalarAsync(connection, $"""
            select count(distinct (r.class_id, r.priority, r.flags, r.rank - t.created_us))
            from longshore.ready r join longshore.tasks t on t.id = r.id where r.id in ({byClient}, {bySql})
            """)).ShouldBe(1L);
        var refused = await Should.ThrowAsync<PostgresException>(() => ScalarAsync(
            connection, "select longshore.enqueue('a')"));
        (refused.SqlState, refused.MessageText).ShouldBe(
            ("54000", "namespace 'default' is full: 2 tasks wait there, as many as its rules allow"));
        (await ScalarAsync(connection, "select longshore.enqueue('a', namespace => 'other')")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Tells_whoever_listens_when_it_commits()
    {
        await using var listener = await OpenAsync();
        var heard = new List<(string Channel, string Payload)>();
        listener.Notification += (_, e) => heard.Add((e.Channel, e.Payload));
        await ExecuteAsync(listener, "listen \"longshore.task_ready.default\"; listen \"longshore.control\"");
        await using var connection = await OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            await ScalarAsync(connection, "select longshore.enqueue('a')");
            await transaction.RollbackAsync(Ct);
        }

        await ScalarAsync(connection, "select longshore.enqueue('a')");
        await ScalarAsync(connection, "select longshore.enqueue('a', ready_at => now() + interval '1 h')");
        while (heard.Count < 2)
        {
            await listener.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        }

        heard.Select(h => h.Channel.Split('.')[1]).ShouldBe(["task_ready", "control"]);
        heard[0].Payload.ShouldContain("\"ready_steps\" : 1");
        heard[1].Payload.ShouldContain("due_us");
    }
}
