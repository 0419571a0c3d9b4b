using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class TaskStateTests
{
    [Fact]
    public void Every_state_reads_back_from_its_word()
    {
        foreach (var state in Enum.GetValues<TaskState>())
        {
            TaskStates.Parse(state.ToWire()).ShouldBe(state);
        }
    }

    [Fact]
    public void Words_are_snake_case() => Enum.GetValues<TaskState>().Select(state => state.ToWire()).ShouldBe(
    [
        "waiting", "created", "assigned", "in_progress", "blocked", "review", "pending_handoff", "quarantined",
        "done", "failed", "cancelled", "expired",
    ]);

    [Fact]
    public void Terminal_states_are_the_last_four() =>
        Enum.GetValues<TaskState>().Where(state => state.IsTerminal())
            .ShouldBe([TaskState.Done, TaskState.Failed, TaskState.Cancelled, TaskState.Expired]);

    [Theory]
    [InlineData("InProgress")]
    [InlineData("inprogress")]
    [InlineData("3")]
    [InlineData("")]
    public void Parse_refuses_another_word_and_lists_the_right_ones(string word) =>
        ((Action)(() => TaskStates.Parse(word))).ShouldBeRefused(
            "state",
            $"'{word}' is no state; use one of waiting, created, assigned, in_progress, blocked, review, "
            + "pending_handoff, quarantined, done, failed, cancelled, expired");
}
