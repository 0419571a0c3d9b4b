using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class RelaxValidationTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly NewTask Good = new() { Kind = "resize", Requires = [new Requirement("rust", 3)] };

    public static TheoryData<NewTask, string, string> Refused => new()
    {
        { Good with { Relax = null! }, "relax", "cannot be null" },
        { Good with { Relax = [null!] }, "relax[0]", "cannot be null" },
        { Good with { Relax = [Step(0)] }, "relax[0].after_seconds",
            "must be longer than 0 and at most 3650 days, not 0 seconds" },
        { Good with { Relax = [Step(60, "rust"), Step(60)] }, "relax[1].after_seconds",
            "must be more than the 60 of the step before, not 60" },
        { Good with { Relax = [Step(120)], Prefer = "ann-1", PreferFor = Seconds(120) }, "relax[0].after_seconds",
            "must be more than the 120 of prefer_for_seconds, not 120" },
        { Good with { Relax = [Step(60, "no!")] }, "relax[0].requires[0]",
            "'!' cannot be in a capability name; use letters, digits and + # . / -" },
        { Good with { Relax = [new RelaxStep(Seconds(1), null!)] }, "relax[0].requires",
            "cannot be null; an empty list means anybody" },
        { Good with { Relax = [Step(60, "rust") with { MinimumMatch = 0 }] }, "relax[0].minimum_match",
            "must be greater than 0 and at most 1, not 0" },
        { Good with { Relax = [Step(60, "rust") with { MinimumMatch = double.NaN }] }, "relax[0].minimum_match",
            "must be greater than 0 and at most 1, not NaN" },
        { Good with { Relax = [Step(60), Step(90) with { MinimumMatch = 1 }] }, "relax[1]",
            "asks for the same as the step before; leave it out, or ask for less" },
        { Good with { Relax = [new RelaxStep(Seconds(60), [new Requirement("Rust", 3)])] }, "relax[0]",
            "asks for the same as the step before; leave it out, or ask for less" },
        { Good with { Relax = [.. Enumerable.Range(1, 17).Select(i => Step(i, $"a{i}"))] }, "relax",
            "lists 17 steps; at most 16 are allowed" },
        { Good with { Relax = [Step(9, [.. Enumerable.Range(0, 33).Select(i => $"a{i}")])] }, "relax[0].requires",
            "lists 33 capabilities; at most 32 are allowed" },
        { Good with { Prefer = "ann-1" }, "prefer_for_seconds",
            "is required with prefer: for how long only that agent may do it" },
        { Good with { PreferFor = Seconds(9) }, "prefer_for_seconds", "needs the preferred agent, in prefer" },
        { Good with { Prefer = "ann-1", PreferFor = Seconds(-1) }, "prefer_for_seconds",
            "must be longer than 0 and at most 3650 days, not -1 seconds" },
        { Good with { Prefer = "ab", PreferFor = Seconds(9) }, "prefer",
            "an agent name has 3 to 50 characters, this has 2" },
        { Good with { Prefer = "ann-1", PreferFor = Seconds(9), Owner = "bob-2" }, "prefer",
            "cannot be combined with owner: only 'bob-2' may ever do it" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Checked_says_which_step_is_wrong_and_what_would_be_right(NewTask task, string field, string message)
    {
        Action check = () => TaskValidation.Checked(task, Noon);
        check.ShouldBeRefused(field, message);
    }

    [Fact]
    public void Checked_brings_steps_to_canonical_form_and_takes_all_that_are_allowed()
    {
        var task = TaskValidation.Checked(
            Good with
            {
                Prefer = "ann-1",
                PreferFor = Seconds(1),
                Relax = [.. Enumerable.Range(2, 15).Select(i => Step(i, $"B{i}", "a")), Step(99)],
            },
            Noon);
        task.Relax.Count.ShouldBe(16);
        task.Relax[0].Requires.ShouldBe([new Requirement("a"), new Requirement("b2")]);
        (RelaxSteps.LastOf(task), RelaxSteps.At(task, 0).Owner, RelaxSteps.At(task, 1).Owner).ShouldBe(
            (17, "ann-1", null));
        RelaxSteps.At(task, 1).Requires.ShouldBe(task.Requires);
        RelaxSteps.ReachedAfter(task, 0).ShouldBe(0);
        RelaxSteps.ReachedAfter(task, 1_999_999).ShouldBe(1);
        RelaxSteps.ReachedAfter(task, 2_000_000).ShouldBe(2);
        RelaxSteps.ReachedAfter(task, long.MaxValue).ShouldBe(17);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static RelaxStep Step(double after, params string[] requires) =>
        new(Seconds(after), [.. requires.Select(name => new Requirement(name))]);
}
