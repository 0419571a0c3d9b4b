using System.Diagnostics;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Postgres;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Tasks that exist exactly if a transaction of the caller's own commits.</summary>
public sealed class TransactionalTests : IAsyncLifetime
{
    private readonly PostgresSource _source = new();
    private PostgresStore _store = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _store = (PostgresStore)_source.Create(new StoreOptions());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        (await _source.BrokenInvariantsAsync()).ShouldBeEmpty();
        await _source.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submit_stores_the_task_exactly_if_the_transaction_commits(bool commits)
    {
        await RegisterAsync("worker-1", "rust");
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var task = new NewTask { Kind = "build", Requires = [new Requirement("rust")], Code = "b-1" };
        var id = (await new TransactionalClient(_store).SubmitAsync(transaction, [task], Ct))[0].Id;
        (await _store.GetTaskAsync(id, Ct)).ShouldBeNull("nobody else sees it before the commit");
        (await ClaimAsync("worker-1")).ShouldBeEmpty();
        await (commits ? transaction.CommitAsync(Ct) : transaction.RollbackAsync(Ct));

        (await ClaimAsync("worker-1")).Select(g => g.TaskId).ShouldBe(commits ? [id] : []);
        (await _store.FindTaskAsync("default", "b-1", Ct)).ShouldBe(commits ? id : null);
    }

    [Fact]
    public async Task Unique_key_that_another_task_has_is_answered_and_nothing_else_changes()
    {
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var client = new TransactionalClient(_store);
        var task = new NewTask { Kind = "mail", Unique = new Unique { Key = "k" } };
        var id = (await client.SubmitAsync(transaction, [task], Ct))[0].Id;
        var reject = task with { Unique = task.Unique with { OnConflict = UniqueConflict.Reject } };
        (await client.SubmitAsync(transaction, [task, reject], Ct)).ShouldBe(
        [
            new Client.SubmittedTask(InsertStatus.Deduplicated, id, null),
            new Client.SubmittedTask(InsertStatus.DuplicateTask, id, null),
        ]);
        var replace = task with { Unique = task.Unique with { OnConflict = UniqueConflict.Replace } };
        var error = await Should.ThrowAsync<LongshoreException>(
            async () => await client.SubmitAsync(transaction, [replace], Ct));
        (error.Code, error.Field).ShouldBe((ErrorCode.InvalidInput, "unique.on_conflict"));
        await transaction.CommitAsync(Ct);
        (await _store.GetTaskAsync(id, Ct))!.Spec.Unique.ShouldBe(task.Unique);
    }

    [Fact]
    public async Task Submit_answers_as_the_client_does_and_leaves_the_callers_work_alone()
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, "create temp table orders (id integer)");
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await ExecuteAsync(connection, "insert into orders values (1)");
        var client = new TransactionalClient(_store);
        var first = new NewTask { Kind = "mail", IdempotencyKey = "k", Code = "c" };
        var id = (await client.SubmitAsync(transaction, [first], Ct))[0].Id;
        var answers = await client.SubmitAsync(
            transaction,
            [first, first with { Priority = 9 }, first with { IdempotencyKey = null }, new NewTask { Kind = "other" }],
            Ct);
        await transaction.CommitAsync(Ct);

        answers.Select(a => a.Status).ShouldBe(
            [InsertStatus.Existing, InsertStatus.KeyReused, InsertStatus.DuplicateCode, InsertStatus.Inserted]);
        answers.Take(3).ShouldAllBe(a => a.Id == id);
        (await ScalarAsync(connection, "select count(*) from orders")).ShouldBe(1L);
        (await _store.ListTasksAsync(new TaskQuery(), Ct)).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Submit_gives_the_task_the_trace_of_the_caller()
    {
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        using var caller = new Activity("a caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        var task = new NewTask { Kind = "mail" };
        var id = (await new TransactionalClient(_store).SubmitAsync(transaction, [task], Ct))[0].Id;
        await transaction.CommitAsync(Ct);
        (await _store.GetTaskAsync(id, Ct))!.Spec.Metadata["traceparent"].ShouldBe(caller.Id);
    }

    [Fact]
    public async Task Submit_sees_a_code_taken_meanwhile_and_the_transaction_goes_on()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        await using var first = await one.BeginTransactionAsync(Ct);
        await using var second = await other.BeginTransactionAsync(Ct);
        var client = new TransactionalClient(_store);
        var task = new NewTask { Kind = "mail", Code = "c" };
        var id = (await client.SubmitAsync(first, [task], Ct))[0].Id;
        var waiting = client.SubmitAsync(second, [task], Ct).AsTask();
        await EventuallyAsync(other, """
            select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert_tasks%'
            """);
        await first.CommitAsync(Ct);

        (await waiting)[0].ShouldBe(new Client.SubmittedTask(InsertStatus.DuplicateCode, id, "c"));
        (await client.SubmitAsync(second, [new NewTask { Kind = "mail" }], Ct))[0].Status
            .ShouldBe(InsertStatus.Inserted);
        await second.CommitAsync(Ct);
    }

    [Fact]
    public async Task Submit_refuses_what_is_not_valid_and_changes_nothing()
    {
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var client = new TransactionalClient(_store);
        var error = await Should.ThrowAsync<LongshoreException>(async () =>
            await client.SubmitAsync(transaction, [new NewTask { Kind = "a" }, new NewTask { Kind = "" }], Ct));
        error.Message.ShouldContain("tasks[1].kind");
        await transaction.CommitAsync(Ct);
        (await _store.ListTasksAsync(new TaskQuery(), Ct)).Items.ShouldBeEmpty();

        error = await Should.ThrowAsync<LongshoreException>(async () =>
            await client.SubmitAsync(transaction, [new NewTask { Kind = "a" }], Ct));
        error.Message.ShouldContain("has ended");
    }

    [Fact]
    public async Task Enqueue_in_sql_stores_what_the_client_would_store()
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
        var stored = (await _store.GetTaskAsync(id, Ct))!;
        var grant = (await ClaimAsync("worker-1")).ShouldHaveSingleItem();

        grant.TaskId.ShouldBe(id);
        stored.Spec.Requires.ShouldBe([new Requirement("c++"), new Requirement("sql", 3)]);
        stored.Spec.Payload.ToString().ShouldBe("""{"year": 2026}""");
        (stored.Spec.Priority, stored.Spec.MaxAttempts, stored.Code, stored.Spec.Name, stored.Spec.CorrelationId)
            .ShouldBe((8, 2, "r-1", "Yearly report", "x"));
        stored.Spec.Tags.ShouldBe(["a", "b"]);
        stored.Spec.Deadline.ShouldNotBeNull();
        (await _store.HistoryAsync(id, Ct)).Select(e => e.Type).ShouldBe(["task_created", "task_claimed"]);
    }

    [Fact]
    public async Task Enqueue_in_sql_orders_a_task_as_the_client_does()
    {
        var batch = new TaskBatch();
        batch.Inserts.Add(new NewTask { Kind = "a", Priority = 7 });
        var byClient = (await _store.CommitAsync(batch, Ct)).Inserts[0].TaskId;
        await using var connection = await OpenAsync();
        var bySql = (long)(await ScalarAsync(connection, "select longshore.enqueue('a', priority => 7)"))!;
        (await ScalarAsync(connection, $"""
            select count(distinct (r.class_id, r.priority, r.flags, r.rank - t.created_us))
            from longshore.ready r join longshore.tasks t on t.id = r.id where r.id in ({byClient}, {bySql})
            """)).ShouldBe(1L);
    }

    /// <summary>Two transactions that do not see each other store one class each, though they are alike.</summary>
    [Fact]
    public async Task Task_of_a_class_that_was_stored_twice_is_claimed_by_who_claimed_of_the_first()
    {
        await RegisterAsync("worker-1");
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var late = (long)(await ScalarAsync(connection, "select longshore.enqueue('a')"))!;
        var batch = new TaskBatch();
        batch.Inserts.Add(new NewTask { Kind = "a" });
        var early = (await _store.CommitAsync(batch, Ct)).Inserts[0].TaskId;
        (await ClaimAsync("worker-1")).Select(g => g.TaskId).ShouldBe([early]);

        await transaction.CommitAsync(Ct);
        (await ScalarAsync(connection, "select count(*) from longshore.classes")).ShouldBe(2L, "they are alike");
        (await ClaimAsync("worker-1")).Select(g => g.TaskId).ShouldBe([late]);
    }

    [Fact]
    public async Task Grant_of_a_task_that_came_while_its_claim_waited_tells_all_of_it()
    {
        await RegisterAsync("worker-1", "rust");
        var earlier = new TaskBatch();
        earlier.Inserts.Add(new NewTask { Kind = "a", Requires = [new Requirement("rust")] });
        await _store.CommitAsync(earlier, Ct);
        await ClaimAsync("worker-1");
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await ScalarAsync(connection, "select 1 from longshore.agent_states for update");
        var claim = ClaimAsync("worker-1");
        await EventuallyAsync(connection, "select count(*) from pg_locks where not granted");
        var batch = new TaskBatch();
        batch.Inserts.Add(new NewTask
        {
            Kind = "a",
            Requires = [new Requirement("rust")],
            LimitKey = "customer-7",
            Unique = new Unique { Key = "k" },
            Relax = [new RelaxStep(TimeSpan.FromMinutes(1), [])],
        });
        await _store.CommitAsync(batch, Ct);
        await transaction.CommitAsync(Ct);

        var grant = (await claim).ShouldHaveSingleItem();
        (grant.Task.Spec.LimitKey, grant.Task.Spec.Unique?.Key, grant.Task.Spec.Relax.Count).ShouldBe(
            ("customer-7", "k", 1));
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
    public async Task Enqueue_in_sql_refuses_what_is_not_valid(string arguments, string message)
    {
        await using var connection = await OpenAsync();
        (await Should.ThrowAsync<PostgresException>(() => ScalarAsync(
            connection, $"select longshore.enqueue({arguments})"))).MessageText.ShouldContain(message);
        (await ScalarAsync(connection, "select count(*) from longshore.tasks")).ShouldBe(0L);
    }

    [Fact]
    public async Task Enqueue_in_sql_repeats_under_its_key_and_refuses_other_content()
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
    public async Task Enqueue_in_sql_takes_a_group_a_step_and_a_match_mode()
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
    public async Task Enqueue_in_sql_obeys_the_order_and_the_bound_of_the_namespace()
    {
        await _store.Rules.SetAsync(
            "default", new NamespaceRules { Order = TaskOrder.PriorityFifo, MaxPending = 2 }, ct: Ct);
        var batch = new TaskBatch();
        batch.Inserts.Add(new NewTask { Kind = "a", Priority = 7 });
        var byClient = (await _store.CommitAsync(batch, Ct)).Inserts[0].TaskId;
        await using var connection = await OpenAsync();
        var bySql = (long)(await ScalarAsync(connection, "select longshore.enqueue('a', priority => 7)"))!;

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
    public async Task Groups_go_with_the_last_of_their_tasks()
    {
        await using var connection = await OpenAsync();
        await ScalarAsync(connection, "select longshore.enqueue('a', \"group\" => 'i1', step => 'one')");
        await ScalarAsync(connection, "select longshore.enqueue('a', \"group\" => 'i1', step => 'two')");
        await _store.CancelAsync([1], null, ct: Ct);
        (await _store.PruneAsync(long.MaxValue, 10, Ct)).ShouldBe(1);
        (await ScalarAsync(connection, "select count(*) from longshore.groups")).ShouldBe(1L);
        await _store.CancelAsync([2], null, ct: Ct);
        (await _store.PruneAsync(long.MaxValue, 10, Ct)).ShouldBe(1);
        (await ScalarAsync(connection, "select count(*) from longshore.groups")).ShouldBe(0L);
    }

    [Fact]
    public async Task Functions_that_forbid_a_kind_of_plan_forbid_to_compile_it()
    {
        // A plan with a node that is switched off looks too dear to be interpreted; compiling it takes 0.1 s.
        await using var connection = await OpenAsync();
        const string Forbidding = """
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname || '.' = 'longshore.' and array_to_string(p.proconfig, ' ') ~ 'enable_[a-z]+=off'
            """;
        (await ScalarAsync(connection, $"select count(*) {Forbidding}")).ShouldBe(11L);
        (await ScalarAsync(connection, $"select count(*) {Forbidding} and 'jit=off' = any (p.proconfig)"))
            .ShouldBe(11L);
    }

    [Fact]
    public async Task Enqueue_in_sql_tells_whoever_listens_when_it_commits()
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

    private async Task RegisterAsync(string name, params string[] capabilities) => await _store.RegisterAsync(
        AgentValidation.Checked(new AgentRegistration
        {
            Name = name,
            MaxConcurrent = 10,
            Capabilities = [.. capabilities.Select(c => Capability.Parse(c))],
        }),
        ct: Ct);

    private async Task<IReadOnlyList<Grant>> ClaimAsync(string agent)
    {
        var batch = new TaskBatch();
        batch.Claims.Add(new ClaimRequest { Agent = agent, Max = 10 });
        return (await _store.CommitAsync(batch, Ct)).Claims[0].Grants;
    }

    private async Task<NpgsqlConnection> OpenAsync() => await _store.Database.Source.OpenConnectionAsync(Ct);

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(_store.Database.InSchema(sql), connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(_store.Database.InSchema(sql), connection);
        return await command.ExecuteScalarAsync(Ct);
    }

    private static async Task EventuallyAsync(NpgsqlConnection busy, string sql)
    {
        // The connection itself is busy waiting, so another one looks.
        await using var connection = new NpgsqlConnection(busy.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        while ((long)(await command.ExecuteScalarAsync(Ct))! == 0)
        {
            await Task.Yield();
        }
    }
}
