using Longshore.Rules;
using Longshore.Tasks;
using Longshore.Tests;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>What is decided holds for every grant that comes after the answer.</summary>
public sealed class RuleChangeTests : OneStore
{
    [Fact]
    public async Task A_pause_waits_for_the_claims_under_way_and_nothing_is_granted_after_its_answer()
    {
        await RegisterAsync("worker-1");
        await RegisterAsync("worker-2");
        await InsertAsync(new NewTask { Kind = "a", Group = "item", Step = "one" }, new NewTask { Kind = "a" });
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await ExecuteAsync(connection, "select 1 from longshore.groups for update");

        // The first claim has seen the rules and waits for its item; the second comes when the pause has begun.
        var claiming = ClaimAsync("worker-1", 1);
        await UntilWaitingAsync("longshore.claim");
        var paused = new NamespaceRules { PausedAt = DateTimeOffset.UnixEpoch };
        var pausing = Store.Rules.SetAsync("default", paused, ct: Ct).AsTask();
        await UntilWaitingAsync("lock table");
        var late = ClaimAsync("worker-2");
        await UntilWaitingAsync("longshore.claim", 2);
        pausing.IsCompleted.ShouldBeFalse();
        await transaction.CommitAsync(Ct);

        await Until.Soon(pausing);
        (await ScalarAsync("select count(*) from longshore.claims")).ShouldBe(1L);
        (await Until.Soon(claiming)).Select(grant => grant.TaskId).ShouldBe([1]);
        (await Until.Soon(late)).ShouldBeEmpty();
    }
}
