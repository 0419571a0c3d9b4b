using Longshore.Assignments;

namespace Longshore.Tests.Assignments;

public sealed class AssignmentTransitionsTests
{
    private static readonly AssignmentStatus[] All = Enum.GetValues<AssignmentStatus>();

    [Fact]
    public void Final_statuses_go_nowhere()
    {
        foreach (var status in All.Where(status => !status.IsLive()))
        {
            All.Where(to => AssignmentTransitions.Allows(status, to)).ShouldBeEmpty(status.ToWire());
            AssignmentTransitions.Refusal(status, AssignmentStatus.InProgress).ShouldBe(
                $"the assignment is {status.ToWire()}, which is final");
        }
    }

    [Fact]
    public void An_offer_is_accepted_or_ends_and_is_never_worked_on_before() =>
        To(AssignmentStatus.Assigned).ShouldBe(
        [
            AssignmentStatus.Expired, AssignmentStatus.Released, AssignmentStatus.Cancelled, AssignmentStatus.Rejected,
            AssignmentStatus.Reassigned, AssignmentStatus.Accepted, AssignmentStatus.InProgress,
        ]);

    [Fact]
    public void What_was_accepted_begins_or_ends() =>
        To(AssignmentStatus.Accepted).ShouldBe(
            All.Where(status => !status.IsLive()
                || status is AssignmentStatus.InProgress or AssignmentStatus.Blocked));

    [Fact]
    public void Work_ends_and_does_not_go_back() =>
        To(AssignmentStatus.InProgress).ShouldBe(
            All.Where(status => !status.IsLive() || status == AssignmentStatus.Blocked));

    [Fact]
    public void What_is_blocked_goes_on_or_is_taken_from_its_holder() =>
        To(AssignmentStatus.Blocked).ShouldBe(
        [
            AssignmentStatus.Expired, AssignmentStatus.Released, AssignmentStatus.Cancelled,
            AssignmentStatus.Reassigned, AssignmentStatus.InProgress,
        ]);

    [Fact]
    public void Every_word_is_snake_case_and_another()
    {
        All.Select(status => status.ToWire()).ShouldBeUnique();
        Enum.GetValues<RejectReason>().Select(reason => reason.ToWire()).ShouldBeUnique();
        AssignmentStatus.InProgress.ToWire().ShouldBe("in_progress");
    }

    private static IEnumerable<AssignmentStatus> To(AssignmentStatus from) =>
        All.Where(to => AssignmentTransitions.Allows(from, to));
}
