using System.Reflection;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class TaskDigestTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly NewTask Plain = new() { Kind = "resize" };

    public static TheoryData<string, NewTask> Changes => new()
    {
        { nameof(NewTask.Kind), Plain with { Kind = "crop" } },
        { nameof(NewTask.Namespace), Plain with { Namespace = "b" } },
        { nameof(NewTask.Code), Plain with { Code = "c" } },
        { nameof(NewTask.Name), Plain with { Name = "n" } },
        { nameof(NewTask.Description), Plain with { Description = "d" } },
        { nameof(NewTask.Payload), Plain with { Payload = JsonText.Parse("1") } },
        { nameof(NewTask.Requires), Plain with { Requires = [new Requirement("rust")] } },
        { nameof(NewTask.MinimumMatch), Plain with { MinimumMatch = 0.5 } },
        { nameof(NewTask.ConfidenceThreshold), Plain with { ConfidenceThreshold = 0.5 } },
        { nameof(NewTask.Priority), Plain with { Priority = 6 } },
        { nameof(NewTask.ReadyAt), Plain with { ReadyAt = Noon } },
        { nameof(NewTask.Deadline), Plain with { Deadline = Noon } },
        { nameof(NewTask.Timeout), Plain with { Timeout = TimeSpan.FromSeconds(1) } },
        { nameof(NewTask.MaxAttempts), Plain with { MaxAttempts = 6 } },
        { nameof(NewTask.Retry), Plain with { Retry = RetryPolicy.TenMinutes } },
        { nameof(NewTask.Late), Plain with { Late = LatePolicy.Reject } },
        { nameof(NewTask.EstimatedEffort), Plain with { EstimatedEffort = TimeSpan.FromSeconds(1) } },
        { nameof(NewTask.ParentId), Plain with { ParentId = 1 } },
        { nameof(NewTask.Owner), Plain with { Owner = "agent-1" } },
        { nameof(NewTask.Match), Plain with { Match = MatchMode.Strict } },
        { nameof(NewTask.Group), Plain with { Group = "item-1" } },
        { nameof(NewTask.Step), Plain with { Step = "review" } },
        { nameof(NewTask.Relax), Plain with { Relax = [new RelaxStep(TimeSpan.FromSeconds(1), [])] } },
        { nameof(NewTask.Prefer), Plain with { Prefer = "agent-1" } },
        { nameof(NewTask.PreferFor), Plain with { PreferFor = TimeSpan.FromSeconds(1) } },
        { nameof(NewTask.Workflow), Plain with { Workflow = "w" } },
        { nameof(NewTask.WorkflowCursor), Plain with { WorkflowCursor = "w" } },
        { nameof(NewTask.Tags), Plain with { Tags = ["a"] } },
        { nameof(NewTask.Metadata), Plain with { Metadata = Pairs("a", "b") } },
        { nameof(NewTask.CorrelationId), Plain with { CorrelationId = "c" } },
        { nameof(NewTask.IdempotencyKey), Plain with { IdempotencyKey = "k" } },
        { nameof(NewTask.LimitKey), Plain with { LimitKey = "customer-7" } },
        { nameof(NewTask.Unique), Plain with { Unique = new Unique() } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Every_field_counts(string field, NewTask changed) =>
        TaskDigest.Of(changed).ShouldNotBe(TaskDigest.Of(Plain), field);

    [Fact]
    public void No_field_is_left_out_of_the_list_above() =>
        Changes.Select(row => row.Data.Item1).Order().ShouldBe(
            typeof(NewTask).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => p.Name).Order());

    [Fact]
    public void Order_of_metadata_does_not_count()
    {
        var one = Plain with { Metadata = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } };
        var other = Plain with { Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } };

        TaskDigest.Of(one).ShouldBe(TaskDigest.Of(other));
    }

    [Fact]
    public void A_task_that_relaxes_nothing_keeps_the_digest_it_had_before_that_existed() =>
        Convert.ToHexString(TaskDigest.Of(Plain)).ShouldBe(
            "C3AD8925999D99ABA65EBDD0FA8E74C7F5BFFCD86012647B697B2CF355CE4A9B");

    private static Dictionary<string, string> Pairs(string name, string value) => new() { [name] = value };
}
