using Longshore.Tasks;

namespace Longshore.Tests.Tasks;

public sealed class AttemptRulesTests
{
    [Theory]
    [InlineData(true, 1, 3, 1, TaskOperation.Fail)]
    [InlineData(true, 2, 3, 2, TaskOperation.Fail)]
    [InlineData(true, 3, 3, 1, TaskOperation.FailForGood)]
    [InlineData(true, 3, 3, 2, TaskOperation.Quarantine)]
    [InlineData(true, 1, 1, 1, TaskOperation.FailForGood)]
    [InlineData(true, 4, 3, 1, TaskOperation.FailForGood)]
    [InlineData(false, 1, 3, 1, TaskOperation.FailForGood)]
    [InlineData(false, 3, 3, 2, TaskOperation.FailForGood)]
    public void Failure_leads_on_while_attempts_remain(
        bool retry, int attempts, int max, int failers, TaskOperation operation) =>
        AttemptRules.AfterFailure(retry, attempts, max, failers).ShouldBe(operation);

    [Theory]
    [InlineData(true, 1, 3, 1, TaskOperation.LoseClaim)]
    [InlineData(true, 3, 3, 1, TaskOperation.FailForGood)]
    [InlineData(true, 3, 3, 2, TaskOperation.Quarantine)]
    [InlineData(false, 3, 3, 2, TaskOperation.LoseClaim)]
    [InlineData(false, 1000, 3, 2, TaskOperation.LoseClaim)]
    public void Loss_ends_a_task_only_when_it_was_held_alone(
        bool single, int attempts, int max, int failers, TaskOperation operation) =>
        AttemptRules.AfterLoss(single, attempts, max, failers).ShouldBe(operation);
}
