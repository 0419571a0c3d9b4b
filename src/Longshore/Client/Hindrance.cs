using System.Globalization;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Explain;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>
/// Why a task cannot be offered to an agent by name: the first obstacle, with what an administrator needs to know to
/// remove it.
/// </summary>
internal sealed class Hindrance(IStore store, DateTimeOffset now)
{
    /// <summary>The error that says so; null when nothing keeps them apart.</summary>
    public async Task<LongshoreException?> FindAsync(WorkTask task, Agent agent, CancellationToken ct)
    {
        var rules = await store.Rules.GetAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var guards = await store.Queries.GetGuardsAsync(task.Id, ct: ct).ConfigureAwait(false) ?? TaskGuards.None;
        var crowd = await new Crowd(store).ReadAsync(now, ct).ConfigureAwait(false);
        if (crowd.FirstOrDefault(c => c.Agent.Name == agent.Name) is not { } candidate)
        {
            return null;
        }

        // Who takes the initiative does not bind an administrator.
        var limits = await store.Rules.LimitsAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var eligibility = new Eligibility(rules.InPool(), guards, limits, store.Info, now);
        var obstacle = eligibility.Find(task, candidate, crowd);
        if (obstacle == Obstacle.None)
        {
            return null;
        }

        if (obstacle == Obstacle.NotReady)
        {
            return new LongshoreException(ErrorCode.WrongState, NotReady(task, agent.Name), "id");
        }

        var why = obstacle switch
        {
            Obstacle.AgentBreakerOpen or Obstacle.KindBreakerOpen =>
                await BreakerAsync(agent.Name, obstacle == Obstacle.AgentBreakerOpen ? null : task.Spec.Kind, ct)
                    .ConfigureAwait(false),
            Obstacle.AtLimit => limits.Where(l => l.Concerns(task.Spec)).Select(l => l.Hindrance(now))
                .FirstOrDefault(h => h is not null) ?? obstacle.Sentence(),
            Obstacle.Excluded => Excluded(task, agent, rules, guards),
            Obstacle.Rejected or Obstacle.CoolingDown or Obstacle.HandedItOff => Kept(agent, guards),
            >= Obstacle.OtherOwner and <= Obstacle.NotAuthorised when task.Relaxing is { NextAt: { } nextAt } =>
                OfProfile(obstacle, task.Asks, candidate) + $"; it asks for something else from {Instant(nextAt)}",
            _ => OfProfile(obstacle, task.Asks, candidate),
        };
        return new LongshoreException(
            ErrorCode.AgentUnavailable, $"agent '{agent.Name}' cannot be given task {task.Id}: {why}", "agent");
    }

    private static string NotReady(WorkTask task, string agent) => task.State switch
    {
        TaskState.Created => $"task {task.Id} is deferred until {Instant(task.DeferredUntil)}; retry it first",
        TaskState.PendingHandoff =>
            $"task {task.Id} is deferred until {Instant(task.DeferredUntil)}",
        TaskState.Blocked => $"task {task.Id} is blocked; answer or call off its blockers first",
        TaskState.Assigned or TaskState.InProgress when task.Agent == agent =>
            $"'{agent}' has task {task.Id} already ({task.State.ToWire()})",
        TaskState.Assigned or TaskState.InProgress =>
            $"task {task.Id} is no longer available: '{task.Agent}' has it ({task.State.ToWire()}); "
            + "evict it first, or replace",
        _ => $"task {task.Id}: {TaskTransitions.Refusal(task.State, TaskOperation.Offer)}",
    };

    private static string OfProfile(Obstacle obstacle, NewTask spec, Candidate candidate) => obstacle switch
    {
        Obstacle.AgentUnavailable => $"it is {candidate.Agent.Mode.ToWire()}",
        Obstacle.OtherNamespace => $"it does not work in namespace {spec.Namespace}",
        Obstacle.OtherKind => $"it does not take kind {spec.Kind}",
        Obstacle.OtherOwner => $"only '{spec.Owner}' may do it",
        Obstacle.OtherPriority => $"it does not take priority {spec.Priority}",
        Obstacle.LacksCapability or Obstacle.CapabilityUnavailable or Obstacle.NotAuthorised =>
            $"{obstacle.Sentence()}: {Unmet(spec, candidate)}",
        Obstacle.AtCapacity => $"it holds {candidate.Agent.Load} of at most {candidate.Agent.Profile.MaxConcurrent}",
        _ => obstacle.Sentence(),
    };

    private static string Unmet(NewTask spec, Candidate candidate) =>
        string.Join(", ", spec.Requires.Where(r => !candidate.Usable.Meets(r, spec.Match)))
        + (spec.Match == MatchMode.Tiered ? "" : $" ({spec.Match.ToWire()} match)");

    private async Task<string> BreakerAsync(string agent, string? kind, CancellationToken ct)
    {
        var open = await store.Breakers.ListAsync(agent, openOnly: true, ct).ConfigureAwait(false);
        var breaker = open.FirstOrDefault(b => b.Key.Kind == kind);
        var of = kind is null ? "its breaker" : $"its breaker for kind {kind}";
        return breaker switch
        {
            { ProbeTaskId: { } probe } => $"{of} lets nothing through until its probe, task {probe}, is done",
            { OpenUntilUs: { } until } => $"{of} is open until {Instant(UnixTime.FromMicroseconds(until))}",
            _ => $"{of} was open a moment ago; try again",
        };
    }

    private static string Excluded(WorkTask task, Agent agent, NamespaceRules rules, TaskGuards guards)
    {
        var member = guards.Members.First(m => rules.Exclusion.KeepsFrom(
            agent.Name, agent.Profile.Principal, task.Spec.Step, m));
        var who = member.Agent == agent.Name ? "it" : $"'{member.Agent}', of the same principal,";
        return $"{who} {(member.IsDone ? "did" : "holds")} task {member.TaskId} of the same group"
            + (member.Step is null ? "" : $", step {member.Step}");
    }

    private string Kept(Agent agent, TaskGuards guards)
    {
        var kept = guards.Kept.First(
            k => k.KeepsFrom(agent.Name, agent.Profile.Principal, now.ToMicroseconds()));
        var cause = kept.Cause switch
        {
            KeptCause.Rejected => "it rejected it",
            KeptCause.HandedOff => kept.Agent == agent.Name
                ? "it handed it off"
                : $"'{kept.Agent}', of the same principal, handed it off",
            KeptCause.Missed => "it let an offer of it run out",
            _ => "it was taken from it",
        };
        if (kept.Cause == KeptCause.HandedOff)
        {
            return cause;
        }

        return kept.UntilUs == long.MaxValue
            ? $"{cause}, which is for good"
            : $"{cause}; kept from it until {Instant(UnixTime.FromMicroseconds(kept.UntilUs))}";
    }

    private static string Instant(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
