using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class TaskValidationTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan TenYears = Limits.DurationMax;
    private static readonly NewTask Good = new() { Kind = "resize" };

    public static TheoryData<NewTask, string, string> RefusedWords => new()
    {
        { Good with { Kind = "" }, "kind", "is required and cannot be blank" },
        { Good with { Kind = null! }, "kind", "is required and cannot be blank" },
        { Good with { Kind = Of(201) }, "kind", "has 201 characters; at most 200 are allowed" },
        { Good with { Kind = "re\u0007size" }, "kind", "cannot be empty or contain control characters" },
        { Good with { Kind = "re\0size" }, "kind", "cannot contain the NUL character" },
        { Good with { Namespace = " " }, "namespace", "is required and cannot be blank" },
        { Good with { Code = "" }, "code", "cannot be empty or contain control characters" },
        { Good with { Code = Of(201) }, "code", "has 201 characters; at most 200 are allowed" },
        { Good with { Code = "t-17" }, "code", "codes of the form t-NUMBER are given by Longshore; choose another" },
        { Good with { Name = Of(501) }, "name", "has 501 characters; at most 500 are allowed" },
        { Good with { Name = "a\0" }, "name", "cannot contain the NUL character" },
        { Good with { Description = Of(4001) }, "description", "has 4001 characters; at most 4000 are allowed" },
        { Good with { Workflow = "" }, "workflow", "cannot be empty or contain control characters" },
        { Good with { WorkflowCursor = Of(201) }, "workflow_cursor", "has 201 characters; at most 200 are allowed" },
        { Good with { CorrelationId = "" }, "correlation_id", "cannot be empty or contain control characters" },
        { Good with { IdempotencyKey = "" }, "idempotency_key", "cannot be empty or contain control characters" },
        { Good with { Owner = "ab" }, "owner", "an agent name has 3 to 50 characters, this has 2" },
        { Good with { Tags = ["a", ""] }, "tags[1]", "is required and cannot be blank" },
        { Good with { Tags = [.. Numbers(51)] }, "tags", "lists 51 tags; at most 50 are allowed" },
        { Good with { Metadata = Pairs(51) }, "metadata", "has 51 entries; at most 50 are allowed" },
        { Good with { Metadata = Pair("", "x") }, "metadata", "is required and cannot be blank" },
        { Good with { Metadata = Pair("a", null) }, "metadata.a", "cannot be null" },
        { Good with { Metadata = Pair("a", Of(2001)) }, "metadata.a", "has 2001 characters; at most 2000 are allowed" },
        { Good with { Requires = [new("rust"), new("no!")] }, "requires[1]",
            "'!' cannot be in a capability name; use letters, digits and + # . / -" },
        { Good with { Requires = [new("rust", 0)] }, "requires[0]",
            "a capability level is a whole number from 1 to 100, not '0'" },
        { Good with { Requires = [.. Numbers(33).Select(n => new Requirement(n))] }, "requires",
            "lists 33 capabilities; at most 32 are allowed" },
    };

    public static TheoryData<NewTask, string, string> RefusedNumbers => new()
    {
        { Good with { Priority = -1 }, "priority", "must be from 0 to 10, not -1" },
        { Good with { Priority = 11 }, "priority", "must be from 0 to 10, not 11" },
        { Good with { MaxAttempts = 0 }, "max_attempts", "must be from 1 to 1000, not 0" },
        { Good with { MaxAttempts = 1001 }, "max_attempts", "must be from 1 to 1000, not 1001" },
        { Good with { MinimumMatch = 0 }, "minimum_match", "must be greater than 0 and at most 1, not 0" },
        { Good with { MinimumMatch = 1.01 }, "minimum_match", "must be greater than 0 and at most 1, not 1.01" },
        { Good with { MinimumMatch = double.NaN }, "minimum_match", "must be greater than 0 and at most 1, not NaN" },
        { Good with { ConfidenceThreshold = -0.1 }, "confidence_threshold", "must be from 0 to 1, not -0.1" },
        { Good with { ConfidenceThreshold = 1.1 }, "confidence_threshold", "must be from 0 to 1, not 1.1" },
        { Good with { ConfidenceThreshold = double.NaN }, "confidence_threshold", "must be from 0 to 1, not NaN" },
        { Good with { Timeout = TimeSpan.Zero }, "timeout_seconds",
            "must be longer than 0 and at most 3650 days, not 0 seconds" },
        { Good with { Timeout = TimeSpan.FromSeconds(-1.5) }, "timeout_seconds",
            "must be longer than 0 and at most 3650 days, not -1.5 seconds" },
        { Good with { EstimatedEffort = TenYears + TimeSpan.FromSeconds(1) }, "estimated_effort_seconds",
            "must be longer than 0 and at most 3650 days, not 315360001 seconds" },
        { Good with { Retry = RetryPolicy.FixedDelay(TimeSpan.Zero) }, "retry.delay_seconds",
            "must be longer than 0 and at most 3650 days, not 0 seconds" },
        { Good with { Retry = RetryPolicy.ExponentialDelay(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)) },
            "retry.cap_seconds", "must not be shorter than the delay" },
        { Good with { Retry = RetryPolicy.ExponentialDelay(TimeSpan.FromSeconds(2), TimeSpan.MaxValue) },
            "retry.cap_seconds", "must be longer than 0 and at most 3650 days, not 922337203685.4775 seconds" },
        { Good with { ReadyAt = Noon + TenYears + TimeSpan.FromTicks(1) }, "ready_at", "is more than 3650 days ahead" },
        { Good with { Deadline = Noon }, "deadline", "has passed already" },
        { Good with { ReadyAt = Noon.AddHours(1), Deadline = Noon.AddHours(1) }, "deadline",
            "must be later than ready_at" },
    };

    [Theory]
    [MemberData(nameof(RefusedWords))]
    [MemberData(nameof(RefusedNumbers))]
    public void Checked_refuses_with_field_and_reason(NewTask task, string field, string message)
    {
        ((Action)(() => TaskValidation.Checked(task, Noon))).ShouldBeRefused(field, message);
        ((Action)(() => TaskValidation.Checked(task, Noon, "tasks[3].")))
            .ShouldBeRefused("tasks[3]." + field, message);
    }

    [Fact]
    public void Checked_takes_a_kind_alone_and_fills_in_the_payload()
    {
        var task = TaskValidation.Checked(Good, Noon);

        task.Payload.ShouldBe(JsonText.EmptyObject);
        (task with { Payload = default, Requires = Good.Requires }).ShouldBe(Good);
    }

    [Fact]
    public void Checked_takes_every_limit_itself()
    {
        var full = new NewTask
        {
            Kind = Of(200),
            Namespace = Of(200),
            Code = Of(200),
            Name = Of(500),
            Description = Of(4000),
            Requires = [.. Numbers(32).Select(n => new Requirement(n, 100))],
            MinimumMatch = double.Epsilon,
            ConfidenceThreshold = 1,
            Priority = 10,
            MaxAttempts = 1000,
            Timeout = TenYears,
            EstimatedEffort = TimeSpan.FromTicks(1),
            Retry = RetryPolicy.FixedDelay(TenYears),
            ReadyAt = Noon + TenYears,
            Deadline = DateTimeOffset.MaxValue,
            Owner = Of(50),
            Tags = [.. Numbers(50)],
            Metadata = Pairs(50),
        };

        TaskValidation.Checked(full, Noon).Requires.Count.ShouldBe(32);
    }

    [Fact]
    public void Checked_takes_a_start_in_the_past_and_a_deadline_a_moment_ahead() => Should.NotThrow(() =>
        TaskValidation.Checked(Good with { ReadyAt = Noon.AddYears(-100), Deadline = Noon.AddTicks(1) }, Noon));

    [Fact]
    public void Checked_counts_a_capability_named_twice_once()
    {
        var requires = Numbers(32).Concat(Numbers(32)).Select(n => new Requirement(n));
        TaskValidation.Checked(Good with { Requires = [.. requires] }, Noon).Requires.Count.ShouldBe(32);
    }

    [Theory]
    [InlineData("t-")]
    [InlineData("t-x")]
    [InlineData("t--1")]
    [InlineData("T-1")]
    [InlineData("at-1")]
    public void Checked_takes_codes_that_only_resemble_automatic_ones(string code) =>
        TaskValidation.Checked(Good with { Code = code }, Noon).Code.ShouldBe(code);

    private static string Of(int length) => new('x', length);

    private static IEnumerable<string> Numbers(int count) => Enumerable.Range(0, count).Select(n => $"n{n:000}");

    private static Dictionary<string, string> Pairs(int count) => Numbers(count).ToDictionary(n => n, n => n);

    private static Dictionary<string, string> Pair(string name, string? value) => new() { [name] = value! };
}
