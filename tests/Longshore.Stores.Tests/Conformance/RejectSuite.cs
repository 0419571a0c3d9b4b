using System.Text.Json.Nodes;
using Longshore.Assignments;
using Longshore.Events;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>Declining, and being taken off: the task keeps its place and is kept from the agent.</summary>
public abstract class RejectSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Reject_records_its_reason_and_costs_no_attempt()
    {
        await Register("ada");
        var grant = await Take("ada", await Add());
        Clock.Advance(TimeSpan.FromSeconds(5));

        var outcome = await Reject(grant, RejectReason.ConflictOfInterest, "my own work");
        outcome.ShouldBe(new FinishOutcome(ClaimWriteStatus.Accepted, TaskState.Created));
        var task = await Get(grant.TaskId);
        (task.Attempts, task.Failures, task.Error).ShouldBe((0, 0, "my own work"));
        (await Store.Queries.ListAssignmentsAsync(task.Id, Ct)).ShouldHaveSingleItem().ShouldBe(new Assignment(
            task.Id, 1, "ada", Clock.Now.AddSeconds(-5), Clock.Now, AssignmentStatus.Rejected, "my own work",
            RejectReason.ConflictOfInterest));
        (await HistoryOf(task.Id)).ShouldBe(
            [EventTypes.TaskCreated, EventTypes.TaskClaimed, EventTypes.TaskRejected]);
    }

    [Fact]
    public async Task Event_of_a_rejection_tells_its_reason_in_the_log_and_in_the_history()
    {
        await Register("ada");
        var id = await Add();
        await Reject(await Take("ada", id), RejectReason.MissingContext, "no page 2");

        const string Told =
            """{"epoch":1,"agent":"ada","state":"created","reason":"missing_context","text":"no page 2"}""";
        var log = await Store.Events.ReadAsync(0, 100, Ct);
        foreach (var events in new[] { log, await Store.Events.HistoryAsync(id, Ct) })
        {
            var told = events.Where(e => e.Type == EventTypes.TaskRejected).ShouldHaveSingleItem();
            (told.ActorType, told.Actor, told.TaskId).ShouldBe((ActorType.Agent, "ada", id));
            JsonNode.DeepEquals(JsonNode.Parse(told.Payload.ToString()), JsonNode.Parse(Told)).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task A_rejected_task_never_comes_back_to_the_agent_but_goes_to_others()
    {
        await Register("ada");
        await Register("bob");
        var id = await Add();
        await Reject(await Take("ada", id));
        Clock.Advance(TimeSpan.FromDays(30));

        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        (await Claim("ada", 1, id)).Status.ShouldBe(ClaimStatus.Empty);
        (await Store.Queries.DiscoverAsync(new DiscoverQuery { Agent = "ada" }, NowUs, Ct))!.ShouldBeEmpty();
        (await Guards(id)).Kept.ShouldBe([new KeptPair("ada", long.MaxValue, KeptCause.Rejected)]);
        (await Take("bob")).TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Rules_may_let_it_come_back_after_the_cooldown()
    {
        await Rules(new NamespaceRules { ReofferRejected = true });
        await Register("ada");
        var id = await Add();
        await Reject(await Take("ada", id));

        Clock.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromMicroseconds(1));
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await Take("ada")).Epoch.ShouldBe(2);
    }

    [Fact]
    public async Task Rules_may_keep_it_from_everybody_for_a_while()
    {
        await Rules(new NamespaceRules { TaskCooldown = TimeSpan.FromMinutes(5) });
        await Register("ada");
        await Register("bob");
        var id = await Add();
        var outcome = await Reject(await Take("ada", id));
        outcome.ReadyAtUs.ShouldBe(NowUs + TimeSpan.FromMinutes(5).ToMicroseconds());

        (await Claim("bob")).Status.ShouldBe(ClaimStatus.Empty);
        Clock.Advance(TimeSpan.FromMinutes(5));
        (await Store.Tasks.StageAsync(10, NowUs, Ct)).ShouldBe(1);
        (await Take("bob")).TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Rejecting_again_under_its_key_is_a_repetition()
    {
        await Register("ada");
        var grant = await Take("ada", await Add());
        var finish = new Finish
        {
            TaskId = grant.TaskId,
            Epoch = 1,
            Kind = FinishKind.Reject,
            Reason = RejectReason.Other,
            Key = "once",
        };
        (await Finish(finish)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        (await Finish(finish)).Status.ShouldBe(ClaimWriteStatus.Replayed);
        (await Finish(finish with { Kind = FinishKind.Release })).Status.ShouldBe(ClaimWriteStatus.Stale);
    }

    [Fact]
    public async Task Retry_forgets_who_rejected()
    {
        await Register("ada");
        var id = await Add();
        await Reject(await Take("ada", id));
        await Store.Tasks.RetryAsync([id], NowUs, Ct);

        (await Guards(id)).Kept.ShouldBeEmpty();
        (await Take("ada")).TaskId.ShouldBe(id);
    }

    [Fact]
    public async Task Evict_takes_a_task_from_its_agent_for_a_while()
    {
        await Register("ada");
        await Register("bob");
        var grant = await Take("ada", await Add());

        var change = (await Store.Tasks.EvictAsync([grant.TaskId], "the boss", "too slow", NowUs, Ct))[0];
        change.ShouldBe(new ChangeOutcome(
            ChangeStatus.Changed, TaskState.Created, new LostClaim(grant.TaskId, 1, "ada", TaskState.Created)));
        (await Finish(grant, FinishKind.Complete)).Status.ShouldBe(ClaimWriteStatus.Stale);
        var task = await Get(grant.TaskId);
        (task.Attempts, task.Agent, task.Error).ShouldBe((0, null, "too slow"));
        (await GetAgent("ada")).Load.ShouldBe(0);
        (await StatusesOf(task.Id)).ShouldBe([AssignmentStatus.Reassigned]);
        (await HistoryOf(task.Id)).ShouldBe(
            [EventTypes.TaskCreated, EventTypes.TaskClaimed, EventTypes.TaskEvicted]);
        (await Claim("ada")).Status.ShouldBe(ClaimStatus.Empty);
        (await Take("bob")).TaskId.ShouldBe(task.Id);
    }

    [Fact]
    public async Task Evict_refuses_what_nobody_holds()
    {
        var id = await Add();
        (await Store.Tasks.EvictAsync([id, 999], "the boss", null, NowUs, Ct)).Select(c => c.Status)
            .ShouldBe([ChangeStatus.Refused, ChangeStatus.NotFound]);
    }

    [Fact]
    public async Task A_draft_goes_to_the_next_holder_and_is_gone_when_done()
    {
        await Register("ada");
        await Register("bob");
        var grant = await Take("ada", await Add());
        await Commit(batch => batch.Renewals.Add(
            new Renewal(grant.TaskId, 1, Lease) { Draft = JsonText.Parse("""{"half":"done"}""") }));
        (await Renew(grant, Lease)).Status.ShouldBe(ClaimWriteStatus.Accepted);
        await Finish(grant, FinishKind.Release);

        var next = await Take("bob");
        next.Task.Draft.ToString().ShouldBe("""{"half":"done"}""");
        (await Get(next.TaskId)).Draft.ToString().ShouldBe("""{"half":"done"}""");
        await Finish(next, FinishKind.Complete);
        (await Get(next.TaskId)).Draft.IsNone.ShouldBeTrue();
    }

    private Task<FinishOutcome> Reject(
        Grant grant, RejectReason reason = RejectReason.OutsideExpertise, string? text = null) => Finish(new Finish
        {
            TaskId = grant.TaskId,
            Epoch = grant.Epoch,
            Kind = FinishKind.Reject,
            Reason = reason,
            Error = text,
        });
}
