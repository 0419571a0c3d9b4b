using Longshore.Capabilities;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

public abstract class InsertSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Insert_keeps_every_field_of_the_task()
    {
        var parent = await Add();
        var spec = Spec("resize", "image", "gpu>=3") with
        {
            Namespace = "photos",
            Code = "resize-7",
            Name = "Resize seven",
            Description = "Makes it small.",
            Payload = JsonText.Parse("""{"width": 7, "names": ["ä", "\u0000"]}"""),
            MinimumMatch = 0.5,
            ConfidenceThreshold = 0.9,
            Priority = 8,
            ReadyAt = Clock.Now.AddMinutes(1),
            Deadline = Clock.Now.AddHours(1),
            Timeout = TimeSpan.FromSeconds(90),
            MaxAttempts = 3,
            Retry = RetryPolicy.ExponentialDelay(TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(7)),
            Late = LatePolicy.Reject,
            EstimatedEffort = TimeSpan.FromMinutes(4),
            ParentId = parent,
            Owner = "resizer-one",
            Workflow = "album",
            WorkflowCursor = "step-2",
            Tags = ["blue", "big"],
            Metadata = new Dictionary<string, string> { ["who"] = "me", ["why"] = "" },
            CorrelationId = "c-1",
            IdempotencyKey = "k-1",
        };
        var task = await Get(await Add(spec));

        Same.Json(task.Spec).ShouldBe(Same.Json(TaskValidation.Checked(spec, Clock.Now)));
        task.Code.ShouldBe("resize-7");
        task.State.ShouldBe(TaskState.Created);
        task.CreatedAt.ShouldBe(Clock.Now);
        task.AvailableAt.ShouldBe(spec.ReadyAt.Value);
        task.DeferredUntil.ShouldBe(spec.ReadyAt);
        (task.Epoch, task.Attempts, task.Failures, task.Suspect).ShouldBe((0, 0, 0, false));
        (task.Agent, task.LeaseUntil, task.EndedAt, task.Error, task.Progress).ShouldBe((null, null, null, null, null));
        task.Result.IsNone.ShouldBeTrue();
    }

    [Fact]
    public async Task Insert_of_the_least_task_takes_the_defaults()
    {
        var task = await Get(await Add(new NewTask { Kind = "any" }));
        task.Code.ShouldBe($"t-{task.Id}");
        task.Spec.Payload.ShouldBe(JsonText.EmptyObject);
        task.AvailableAt.ShouldBe(Clock.Now);
        task.DeferredUntil.ShouldBeNull();
        Same.Json(task.Spec).ShouldBe(Same.Json(new NewTask { Kind = "any", Payload = JsonText.EmptyObject }));
    }

    [Fact]
    public async Task Insert_gives_growing_ids_in_the_order_of_the_batch()
    {
        var outcomes = await Insert([.. Enumerable.Range(0, 50).Select(i => Spec($"kind-{i}"))]);
        var ids = outcomes.Select(o => o.TaskId).ToList();
        ids.ShouldBe(ids.Order());
        ids.Distinct().Count().ShouldBe(50);
        (await Get(ids[31])).Spec.Kind.ShouldBe("kind-31");
    }

    [Fact]
    public async Task Insert_of_an_empty_batch_answers_nothing() => (await Insert()).ShouldBeEmpty();

    [Fact]
    public async Task Insert_refuses_a_taken_code_and_stores_the_rest_of_the_batch()
    {
        var first = await Add(Spec() with { Code = "one" });
        var outcomes = await Insert(
            Spec() with { Code = "two" }, Spec() with { Code = "one" }, Spec() with { Code = "two" });
        outcomes.Select(o => o.Status).ShouldBe(
            [InsertStatus.Inserted, InsertStatus.DuplicateCode, InsertStatus.DuplicateCode]);
        outcomes[1].TaskId.ShouldBe(first);
        outcomes[2].TaskId.ShouldBe(outcomes[0].TaskId);
        (await Store.Queries.CountByStateAsync(ct: Ct))[TaskState.Created].ShouldBe(2);
    }

    [Fact]
    public async Task Insert_allows_one_code_in_two_namespaces()
    {
        var here = await Add(Spec() with { Code = "one" });
        var there = await Add(Spec() with { Code = "one", Namespace = "other" });
        (await Store.Queries.FindTaskAsync("default", "one", Ct)).ShouldBe(here);
        (await Store.Queries.FindTaskAsync("other", "one", Ct)).ShouldBe(there);
    }

    [Fact]
    public async Task Insert_refuses_a_parent_that_does_not_exist()
    {
        var outcome = (await Insert(Spec() with { ParentId = 777, Code = "orphan" }))[0];
        outcome.ShouldBe(new InsertOutcome(InsertStatus.ParentNotFound, 0));
        (await Store.Queries.FindTaskAsync("default", "orphan", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Insert_takes_a_parent_that_has_ended_or_stands_earlier_in_the_batch()
    {
        var parent = await Add();
        await Store.Tasks.CancelAsync([parent], null, NowUs, Ct);
        (await Get(await Add(Spec() with { ParentId = parent }))).Spec.ParentId.ShouldBe(parent);

        var next = await Add();
        (await Insert(Spec(), Spec() with { ParentId = next + 1 }))[1].Status.ShouldBe(InsertStatus.Inserted);
    }

    [Fact]
    public async Task Insert_ready_at_exactly_now_is_ready()
    {
        var task = await Get(await Add(Spec() with { ReadyAt = Clock.Now }));
        task.DeferredUntil.ShouldBeNull();
        task.AvailableAt.ShouldBe(Clock.Now);
    }

    [Fact]
    public async Task Insert_ready_in_the_past_counts_its_age_from_now()
    {
        var task = await Get(await Add(Spec() with { ReadyAt = Clock.Now.AddDays(-1) }));
        task.DeferredUntil.ShouldBeNull();
        task.AvailableAt.ShouldBe(Clock.Now);
    }

    [Fact]
    public async Task Insert_ready_a_microsecond_ahead_is_deferred()
    {
        var id = await Add(Spec() with { ReadyAt = Clock.Now.AddMicroseconds(1) });
        await Register("early-bird");
        (await Claim("early-bird")).Status.ShouldBe(ClaimStatus.Empty);
        (await Store.Tasks.NextDueAsync(Ct)).ShouldBe(NowUs + 1);
        (await Get(id)).DeferredUntil.ShouldBe(Clock.Now.AddMicroseconds(1));
    }

    [Fact]
    public async Task Insert_without_an_instant_takes_the_clock_of_the_store()
    {
        Clock.Advance(TimeSpan.FromDays(3));
        var batch = new TaskBatch();
        batch.Inserts.Add(Spec());
        var id = (await Store.Tasks.CommitAsync(batch, Ct)).Inserts[0].TaskId;
        (await Get(id)).CreatedAt.ShouldBe(Clock.Now);
    }

    [Fact]
    public void Validation_refuses_a_task_that_may_never_be_tried()
    {
        var error = Should.Throw<LongshoreException>(
            () => TaskValidation.Checked(Spec() with { MaxAttempts = 0 }, Clock.Now));
        error.Field.ShouldBe("max_attempts");
    }

    [Fact]
    public async Task Insert_takes_the_most_requirements_and_tags_that_are_allowed()
    {
        var spec = Spec() with
        {
            Requires = [.. Enumerable.Range(0, Limits.RequirementsMax).Select(i => new Requirement($"c{i:00}", i + 1))],
            Tags = [.. Enumerable.Range(0, Limits.TagsMax).Select(i => $"tag-{i}")],
        };
        var task = await Get(await Add(spec));
        task.Spec.Requires.ShouldBe(spec.Requires);
        task.Spec.Tags.ShouldBe(spec.Tags);
    }

    [Fact]
    public async Task Insert_and_complete_carry_the_largest_documents_that_are_allowed()
    {
        var largest = JsonText.Parse($"\"{new string('x', Limits.PayloadBytesMax - 2)}\"");
        var id = await Add(Spec() with { Payload = largest });
        await Register("solo");
        (await Take("solo")).Task.Spec.Payload.ShouldBe(largest);
        await Finish(new Finish { TaskId = id, Epoch = 1, Kind = FinishKind.Complete, Result = largest });
        (await Get(id)).Result.ShouldBe(largest);
    }
}
