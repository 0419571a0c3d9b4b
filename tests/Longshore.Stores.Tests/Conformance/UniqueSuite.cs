using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>At most one live task of a key.</summary>
public abstract class UniqueSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private static readonly NewTask Plain = Spec() with { Payload = JsonText.Parse("""{"file": "a", "n": 1}""") };

    [Fact]
    public async Task Insert_of_the_same_payload_answers_the_task_that_is_live()
    {
        var id = await Add(Of(new Unique()));
        var again = Of(new Unique()) with { Payload = JsonText.Parse("""{"n":1.0,"file":"\u0061"}"""), Priority = 9 };
        (await Insert(again))[0].ShouldBe(new InsertOutcome(InsertStatus.Deduplicated, id));
        (await Get(id)).Spec.Priority.ShouldBe(5);
        await Add(again with { Payload = JsonText.Parse("""{"n":2,"file":"a"}""") });
        await Add(again with { Kind = "test" });
        await Add(again with { Namespace = "other" });
        (await Insert(Plain))[0].Status.ShouldBe(InsertStatus.Inserted);
    }

    [Fact]
    public async Task Insert_that_wants_no_other_is_refused_with_the_holder()
    {
        var id = await Add(Keyed());
        var outcome = (await Insert(Keyed(UniqueConflict.Reject)))[0];
        outcome.ShouldBe(new InsertOutcome(InsertStatus.DuplicateTask, id));
    }

    [Fact]
    public async Task Task_shows_by_what_it_is_unique_and_when_claimed_too()
    {
        var unique = new Unique
        {
            Key = "k",
            AcrossKinds = true,
            While = UniqueWhile.Unstarted,
            Window = Window,
            OnConflict = UniqueConflict.Replace,
        };
        var id = await Add(Of(unique));
        (await Get(id)).Spec.Unique.ShouldBe(unique);
        await Register("solo");
        (await Take("solo")).Task.Spec.Unique.ShouldBe(unique);
    }

    [Fact]
    public async Task Key_across_kinds_counts_in_its_namespace()
    {
        var id = await Add(Of(new Unique { Key = "k", AcrossKinds = true }));
        var other = Of(new Unique { Key = "k", AcrossKinds = true }) with { Kind = "test" };
        (await Insert(other))[0].ShouldBe(new InsertOutcome(InsertStatus.Deduplicated, id));
        await Add(other with { Namespace = "other" });
        await Add(Keyed());
    }

    [Theory]
    [InlineData(FinishKind.Complete)]
    [InlineData(FinishKind.Fail)]
    [InlineData(FinishKind.Cancel)]
    public async Task Key_is_free_when_its_holder_ended(FinishKind kind)
    {
        var id = await Add(Keyed() with { MaxAttempts = 1 });
        await Register("solo");
        var grant = await Take("solo");
        (await Insert(Keyed()))[0].ShouldBe(new InsertOutcome(InsertStatus.Deduplicated, id));
        await Finish(grant, kind);
        (await Add(Keyed())).ShouldNotBe(id);
    }

    [Fact]
    public async Task Key_is_free_when_its_holder_was_called_off_or_expired()
    {
        var first = await Add(Keyed());
        await Store.Tasks.CancelAsync([first], null, NowUs, Ct);
        await Add(Keyed() with { Deadline = Clock.Now.AddMinutes(1) });
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Store.Tasks.ExpireAsync(10, NowUs, Ct);
        await Add(Keyed());
    }

    [Fact]
    public async Task Key_is_free_in_the_very_batch_that_ends_its_holder()
    {
        await Add(Keyed());
        await Register("solo");
        var grant = await Take("solo");
        var outcome = await Commit(batch =>
        {
            batch.Finishes.Add(new Finish { TaskId = grant.TaskId, Epoch = 1, Kind = FinishKind.Complete });
            batch.Inserts.Add(TaskValidation.Checked(Keyed(), Clock.Now));
        });
        outcome.Inserts[0].Status.ShouldBe(InsertStatus.Inserted);
    }

    [Fact]
    public async Task Key_is_held_while_its_holder_fails_and_comes_back()
    {
        var id = await Add(Keyed());
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Fail);
        (await Insert(Keyed()))[0].TaskId.ShouldBe(id);
        await StageAll();
        (await Insert(Keyed()))[0].TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Key_only_of_what_nobody_started_is_free_once_somebody_is_given_it()
    {
        var unique = new Unique { Key = "k", While = UniqueWhile.Unstarted };
        var id = await Add(Of(unique));
        (await Insert(Of(unique)))[0].TaskId.ShouldBe(id);
        await Register("solo", max: 2);
        var grant = await Take("solo");
        var next = await Add(Of(unique));

        // The first comes back, and has its key no more.
        await Finish(grant, FinishKind.Release);
        (await Insert(Of(unique)))[0].ShouldBe(new InsertOutcome(InsertStatus.Deduplicated, next));
        await Finish(await Take("solo", id), FinishKind.Complete);
        (await Insert(Of(unique)))[0].ShouldBe(new InsertOutcome(InsertStatus.Deduplicated, next));
    }

    [Fact]
    public async Task Window_holds_the_key_after_the_end_until_it_is_over()
    {
        var id = await Add(Of(new Unique { Key = "k", Window = Window }));
        await Register("solo");
        await Finish(await Take("solo"), FinishKind.Complete);
        Clock.Advance(Window - TimeSpan.FromMicroseconds(1));
        (await Insert(Keyed()))[0].ShouldBe(new InsertOutcome(InsertStatus.Deduplicated, id));
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Add(Keyed())).ShouldNotBe(id);
    }

    [Fact]
    public async Task Window_that_is_over_frees_nothing_of_what_is_live()
    {
        var id = await Add(Of(new Unique { Key = "k", Window = Window }));
        Clock.Advance(2 * Window);
        (await Insert(Keyed()))[0].ShouldBe(new InsertOutcome(InsertStatus.Deduplicated, id));
        await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
        await Add(Keyed());
    }

    [Fact]
    public async Task Window_ends_when_its_task_is_pruned()
    {
        var id = await Add(Of(new Unique { Key = "k", Window = 100 * Window }));
        await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
        Clock.Advance(Window);
        (await Store.Tasks.PruneAsync(NowUs, 10, Ct)).ShouldBe(1);
        await Add(Keyed());
    }

    [Fact]
    public async Task Two_of_one_key_in_a_batch_are_one()
    {
        var outcomes = await Insert(
            Keyed(), Keyed(), Plain, Keyed(UniqueConflict.Reject), Keyed(UniqueConflict.AddAttempts),
            Keyed(UniqueConflict.Replace) with { Priority = 8, Payload = JsonText.Parse("2") });
        outcomes.Select(o => o.Status).ShouldBe(
        [
            InsertStatus.Inserted, InsertStatus.Deduplicated, InsertStatus.Inserted, InsertStatus.DuplicateTask,
            InsertStatus.AttemptsAdded, InsertStatus.Replaced,
        ]);
        outcomes.Where((_, i) => i != 2).Select(o => o.TaskId).Distinct().Count().ShouldBe(1);
        var task = await Get(outcomes[0].TaskId);
        (task.Spec.Priority, task.Spec.MaxAttempts, task.Spec.Payload.ToString()).ShouldBe((8, 6, "2"));
        (await HistoryOf(task.Id)).ShouldBe(["task_created"]);
    }

    [Fact]
    public async Task Replaced_before_it_was_stored_keeps_what_its_idempotency_key_stands_for()
    {
        var first = Keyed() with { IdempotencyKey = "i" };
        var outcomes = await Insert(first, Keyed(UniqueConflict.Replace) with { Payload = JsonText.Parse("2") });
        (await Insert(first))[0].ShouldBe(new InsertOutcome(InsertStatus.Existing, outcomes[0].TaskId));
    }

    [Fact]
    public async Task Replace_changes_payload_priority_and_time_of_what_nobody_started()
    {
        var id = await Add(Keyed());
        var available = Clock.Now;
        Clock.Advance(TimeSpan.FromMinutes(1));
        var by = Keyed(UniqueConflict.Replace) with { Payload = JsonText.Parse("[2]"), Priority = 8, MaxAttempts = 9 };
        (await Insert(by))[0].ShouldBe(new InsertOutcome(InsertStatus.Replaced, id));
        var task = await Get(id);
        (task.Spec.Payload.ToString(), task.Spec.Priority, task.Spec.MaxAttempts).ShouldBe(("[2]", 8, 5));
        (task.AvailableAt, task.DeferredUntil, task.State).ShouldBe((available, null, TaskState.Created));

        // Later, and later again: what is wanted last counts.
        (await Insert(by with { ReadyAt = Clock.Now.AddMinutes(5) }))[0].Status.ShouldBe(InsertStatus.Replaced);
        (await Insert(by with { ReadyAt = Clock.Now.AddMinutes(7) }))[0].Status.ShouldBe(InsertStatus.Replaced);
        (await Get(id)).DeferredUntil.ShouldBe(Clock.Now.AddMinutes(7));
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBe(Clock.Now.AddMinutes(7).ToMicroseconds());
        await Register("solo");
        (await Claim("solo")).Status.ShouldBe(ClaimStatus.Empty);

        // Without an instant it is ready at once.
        (await Insert(by))[0].Status.ShouldBe(InsertStatus.Replaced);
        (await Get(id)).AvailableAt.ShouldBe(Clock.Now);
        (await Take("solo")).Task.Spec.Payload.ToString().ShouldBe("[2]");
        (await HistoryOf(id)).Count(type => type == "task_replaced").ShouldBe(4);
    }

    [Fact]
    public async Task Replace_changes_the_order()
    {
        var ids = (await Insert(Keyed(), Spec(), Spec() with { Priority = 9 })).Select(o => o.TaskId).ToArray();
        await Insert(Keyed(UniqueConflict.Replace) with { Priority = 10 });
        await Register("solo", max: 3);
        (await Claim("solo", 3)).Grants.Select(g => g.TaskId).ShouldBe([ids[0], ids[2], ids[1]]);
    }

    [Fact]
    public async Task Replace_of_what_somebody_has_seen_is_refused()
    {
        var id = await Add(Keyed());
        await Register("solo");
        var grant = await Take("solo");
        var by = Keyed(UniqueConflict.Replace) with { Payload = JsonText.Parse("[2]") };
        (await Insert(by))[0].ShouldBe(new InsertOutcome(InsertStatus.DuplicateTask, id));
        await Finish(grant, FinishKind.Release);
        (await Insert(by))[0].ShouldBe(new InsertOutcome(InsertStatus.DuplicateTask, id));
        (await Get(id)).Spec.Payload.ShouldBe(Plain.Payload);
    }

    [Fact]
    public async Task Add_attempts_gives_a_live_task_one_more_try_and_revives_nothing()
    {
        var id = await Add(Keyed() with { MaxAttempts = 1 });
        await Register("solo");
        var grant = await Take("solo");
        var more = Keyed(UniqueConflict.AddAttempts);
        (await Insert(more))[0].ShouldBe(new InsertOutcome(InsertStatus.AttemptsAdded, id));
        (await Finish(grant, FinishKind.Fail)).State.ShouldBe(TaskState.Created);
        (await Get(id)).Spec.MaxAttempts.ShouldBe(2);
        (await HistoryOf(id)).ShouldContain("task_attempts_added");
        await StageAll();
        (await Finish(await Take("solo"), FinishKind.Fail)).State.ShouldBe(TaskState.Failed);

        var next = await Add(more);
        (await Get(id)).State.ShouldBe(TaskState.Failed);
        next.ShouldNotBe(id);
    }

    [Fact]
    public async Task Add_attempts_never_goes_beyond_the_limit()
    {
        var id = await Add(Keyed() with { MaxAttempts = Limits.AttemptsMax - 1 });
        var more = Keyed(UniqueConflict.AddAttempts);
        (await Insert(more, more)).Select(o => o.Status).ShouldBe(
            [InsertStatus.AttemptsAdded, InsertStatus.Deduplicated]);
        (await Insert(more))[0].Status.ShouldBe(InsertStatus.Deduplicated);
        (await Get(id)).Spec.MaxAttempts.ShouldBe(Limits.AttemptsMax);
    }

    [Fact]
    public async Task Retry_takes_the_key_again_unless_another_has_it()
    {
        var first = await Add(Keyed());
        await Store.Tasks.CancelAsync([first], null, NowUs, Ct);
        (await Retry(first)).Status.ShouldBe(ChangeStatus.Changed);
        (await Insert(Keyed()))[0].ShouldBe(new InsertOutcome(InsertStatus.Deduplicated, first));

        await Store.Tasks.CancelAsync([first], null, NowUs, Ct);
        var second = await Add(Keyed());
        (await Retry(first)).ShouldBe(
            new ChangeOutcome(ChangeStatus.KeyTaken, TaskState.Cancelled, HolderId: second));
        (await Get(first)).State.ShouldBe(TaskState.Cancelled);
        await Store.Tasks.CancelAsync([second], null, NowUs, Ct);
        (await Store.Tasks.RetryAsync([second, first], NowUs, Ct)).Select(o => o.Status).ShouldBe(
            [ChangeStatus.Changed, ChangeStatus.KeyTaken]);
        (await Insert(Keyed()))[0].TaskId.ShouldBe(second);
    }

    [Fact]
    public async Task Insert_that_was_refused_does_not_take_its_key()
    {
        await Add(Spec() with { Code = "taken" });
        (await Insert(Keyed() with { Code = "taken" }))[0].Status.ShouldBe(InsertStatus.DuplicateCode);
        (await Insert(Keyed() with { ParentId = 404 }))[0].Status.ShouldBe(InsertStatus.ParentNotFound);
        var id = await Add(Keyed());
        (await Insert(Keyed() with { Code = "taken" }))[0].ShouldBe(new InsertOutcome(InsertStatus.Deduplicated, id));
    }

    [Fact]
    public async Task Idempotency_key_comes_before_the_unique_key()
    {
        var id = await Add(Keyed(UniqueConflict.Reject) with { IdempotencyKey = "i" });
        (await Insert(Keyed(UniqueConflict.Reject) with { IdempotencyKey = "i" }))[0].ShouldBe(
            new InsertOutcome(InsertStatus.Existing, id));
    }

    private static NewTask Of(Unique unique) => Plain with { Unique = unique };

    private static NewTask Keyed(UniqueConflict onConflict = UniqueConflict.ReturnExisting) =>
        Of(new Unique { Key = "k", OnConflict = onConflict });

    private async Task<ChangeOutcome> Retry(long id) => (await Store.Tasks.RetryAsync([id], NowUs, Ct))[0];
}
