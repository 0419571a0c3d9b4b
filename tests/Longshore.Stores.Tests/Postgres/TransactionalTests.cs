using System.Diagnostics;
using Longshore.Capabilities;
using Longshore.Postgres;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Tasks that exist exactly if a transaction of the caller's own commits.</summary>
public sealed class TransactionalTests : OneStore
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submit_stores_the_task_exactly_if_the_transaction_commits(bool commits)
    {
        await RegisterAsync("worker-1", "rust");
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var task = new NewTask { Kind = "build", Requires = [new Requirement("rust")], Code = "b-1" };
        var id = (await new TransactionalClient(Store).SubmitAsync(transaction, [task], Ct))[0].Id;
        (await Store.GetTaskAsync(id, Ct)).ShouldBeNull("nobody else sees it before the commit");
        (await ClaimAsync("worker-1")).ShouldBeEmpty();
        await (commits ? transaction.CommitAsync(Ct) : transaction.RollbackAsync(Ct));

        (await ClaimAsync("worker-1")).Select(g => g.TaskId).ShouldBe(commits ? [id] : []);
        (await Store.FindTaskAsync("default", "b-1", Ct)).ShouldBe(commits ? id : null);
    }

    [Fact]
    public async Task Unique_key_that_another_task_has_is_answered_and_nothing_else_changes()
    {
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var client = new TransactionalClient(Store);
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
        (await Store.GetTaskAsync(id, Ct))!.Spec.Unique.ShouldBe(task.Unique);
    }

    [Fact]
    public async Task Submit_answers_as_the_client_does_and_leaves_the_callers_work_alone()
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, "create temp table orders (id integer)");
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await ExecuteAsync(connection, "insert into orders values (1)");
        var client = new TransactionalClient(Store);
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
        (await Store.ListTasksAsync(new TaskQuery(), Ct)).Items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Submit_gives_the_task_the_trace_of_the_caller()
    {
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        using var caller = new Activity("a caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        var task = new NewTask { Kind = "mail" };
        var id = (await new TransactionalClient(Store).SubmitAsync(transaction, [task], Ct))[0].Id;
        await transaction.CommitAsync(Ct);
        (await Store.GetTaskAsync(id, Ct))!.Spec.Metadata["traceparent"].ShouldBe(caller.Id);
    }

    [Fact]
    public async Task Submit_sees_a_code_taken_meanwhile_and_the_transaction_goes_on()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        await using var first = await one.BeginTransactionAsync(Ct);
        await using var second = await other.BeginTransactionAsync(Ct);
        var client = new TransactionalClient(Store);
        var task = new NewTask { Kind = "mail", Code = "c" };
        var id = (await client.SubmitAsync(first, [task], Ct))[0].Id;
        var waiting = client.SubmitAsync(second, [task], Ct).AsTask();
        await UntilWaitingAsync("insert_tasks");
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
        var client = new TransactionalClient(Store);
        var error = await Should.ThrowAsync<LongshoreException>(async () =>
            await client.SubmitAsync(transaction, [new NewTask { Kind = "a" }, new NewTask { Kind = "" }], Ct));
        error.Message.ShouldContain("tasks[1].kind");
        await transaction.CommitAsync(Ct);
        (await Store.ListTasksAsync(new TaskQuery(), Ct)).Items.ShouldBeEmpty();

        error = await Should.ThrowAsync<LongshoreException>(async () =>
            await client.SubmitAsync(transaction, [new NewTask { Kind = "a" }], Ct));
        error.Message.ShouldContain("has ended");
    }

    /// <summary>Two transactions that do not see each other store one class each, though they are alike.</summary>
    [Fact]
    public async Task Task_of_a_class_that_was_stored_twice_is_claimed_by_who_claimed_of_the_first()
    {
        await RegisterAsync("worker-1");
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var late = (long)(await ScalarAsync(connection, "select longshore.enqueue('a')"))!;
        var early = (await InsertAsync(new NewTask { Kind = "a" }))[0];
        (await ClaimAsync("worker-1")).Select(g => g.TaskId).ShouldBe([early]);

        await transaction.CommitAsync(Ct);
        (await ScalarAsync(connection, "select count(*) from longshore.classes")).ShouldBe(2L, "they are alike");
        (await ClaimAsync("worker-1")).Select(g => g.TaskId).ShouldBe([late]);
    }

    [Fact]
    public async Task Grant_of_a_task_that_came_while_its_claim_waited_tells_all_of_it()
    {
        await RegisterAsync("worker-1", "rust");
        await InsertAsync(new NewTask { Kind = "a", Requires = [new Requirement("rust")] });
        await ClaimAsync("worker-1");
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await ScalarAsync(connection, "select 1 from longshore.agent_states for update");
        var claim = ClaimAsync("worker-1");
        await UntilWaitingAsync("claim");
        await InsertAsync(new NewTask
        {
            Kind = "a",
            Requires = [new Requirement("rust")],
            LimitKey = "customer-7",
            Unique = new Unique { Key = "k" },
            Relax = [new RelaxStep(TimeSpan.FromMinutes(1), [])],
        });
        await transaction.CommitAsync(Ct);

        var grant = (await claim).ShouldHaveSingleItem();
        (grant.Task.Spec.LimitKey, grant.Task.Spec.Unique?.Key, grant.Task.Spec.Relax.Count).ShouldBe(
            ("customer-7", "k", 1));
    }

    [Fact]
    public async Task Groups_go_with_the_last_of_their_tasks()
    {
        await using var connection = await OpenAsync();
        await ScalarAsync(connection, "select longshore.enqueue('a', \"group\" => 'i1', step => 'one')");
        await ScalarAsync(connection, "select longshore.enqueue('a', \"group\" => 'i1', step => 'two')");
        await Store.CancelAsync([1], null, ct: Ct);
        (await Store.PruneAsync(long.MaxValue, 10, Ct)).ShouldBe(1);
        (await ScalarAsync(connection, "select count(*) from longshore.groups")).ShouldBe(1L);
        await Store.CancelAsync([2], null, ct: Ct);
        (await Store.PruneAsync(long.MaxValue, 10, Ct)).ShouldBe(1);
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
        (await ScalarAsync(connection, $"select count(*) {Forbidding}")).ShouldBe(17L);
        (await ScalarAsync(connection, $"select count(*) {Forbidding} and 'jit=off' = any (p.proconfig)"))
            .ShouldBe(17L);
    }
}
