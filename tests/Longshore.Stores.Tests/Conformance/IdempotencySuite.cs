using Longshore.Capabilities;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Submitting twice under one key yields one task.</summary>
public abstract class IdempotencySuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    private static readonly NewTask Keyed = Spec("build", "a", "b>=2") with
    {
        IdempotencyKey = "k",
        Payload = JsonText.Parse("""{"n": 1}"""),
        Metadata = new Dictionary<string, string> { ["one"] = "1", ["two"] = "2" },
        Tags = ["x"],
    };

    [Fact]
    public async Task Insert_repeated_with_the_same_content_answers_the_first_task()
    {
        var id = await Add(Keyed);
        (await Insert(Keyed))[0].ShouldBe(new InsertOutcome(InsertStatus.Existing, id));
        (await Store.Queries.ListTasksAsync(new TaskQuery(), Ct)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Insert_repeated_is_the_same_whatever_the_order_of_requirements_and_metadata()
    {
        var id = await Add(Keyed);
        var again = Keyed with
        {
            Requires = [new Requirement("b", 2), new Requirement("a")],
            Metadata = new Dictionary<string, string> { ["two"] = "2", ["one"] = "1" },
        };
        (await Insert(again))[0].ShouldBe(new InsertOutcome(InsertStatus.Existing, id));
    }

    [Fact]
    public async Task Insert_repeated_with_other_content_is_refused_whatever_differs()
    {
        var id = await Add(Keyed);
        NewTask[] others =
        [
            Keyed with { Payload = JsonText.Parse("""{"n": 2}""") },
            Keyed with { Kind = "test" },
            Keyed with { Priority = 6 },
            Keyed with { Tags = ["y"] },
            Keyed with { Metadata = new Dictionary<string, string> { ["one"] = "2" } },
            Keyed with { Requires = [new Requirement("a")] },
            Keyed with { MaxAttempts = 2 },
            Keyed with { Deadline = Clock.Now.AddHours(1) },
            Keyed with { Code = "named" },
        ];
        foreach (var outcome in await Insert(others))
        {
            outcome.ShouldBe(new InsertOutcome(InsertStatus.KeyReused, id));
        }
    }

    [Fact]
    public async Task Insert_under_one_key_twice_in_a_batch_stores_it_once()
    {
        var outcomes = await Insert(Keyed, Keyed, Keyed with { Kind = "test" });
        outcomes.Select(o => o.Status).ShouldBe([InsertStatus.Inserted, InsertStatus.Existing, InsertStatus.KeyReused]);
        outcomes.Select(o => o.TaskId).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Insert_under_one_key_in_two_namespaces_stores_two()
    {
        var id = await Add(Keyed);
        (await Add(Keyed with { Namespace = "other" })).ShouldNotBe(id);
    }

    [Fact]
    public async Task Insert_repeated_after_the_task_ended_still_answers_it()
    {
        var id = await Add(Keyed);
        await Store.Tasks.CancelAsync([id], null, NowUs, Ct);
        (await Insert(Keyed))[0].ShouldBe(new InsertOutcome(InsertStatus.Existing, id));
    }

    [Fact]
    public async Task Insert_repeated_with_its_code_is_no_duplicate_code()
    {
        var id = await Add(Keyed with { Code = "named" });
        (await Insert(Keyed with { Code = "named" }))[0].ShouldBe(new InsertOutcome(InsertStatus.Existing, id));
    }

    [Fact]
    public async Task Insert_that_was_refused_does_not_take_its_key()
    {
        await Add(Spec() with { Code = "taken" });
        (await Insert(Keyed with { Code = "taken" }))[0].Status.ShouldBe(InsertStatus.DuplicateCode);
        (await Insert(Keyed with { ParentId = 404 }))[0].Status.ShouldBe(InsertStatus.ParentNotFound);
        (await Insert(Keyed))[0].Status.ShouldBe(InsertStatus.Inserted);
    }
}
