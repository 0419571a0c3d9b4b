using System.Globalization;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>Why a task cannot be offered to an agent by name: the first rule that stands in the way.</summary>
internal static class Hindrance
{
    /// <summary>The error that says so; null when nothing is seen that would keep them apart.</summary>
    public static LongshoreException? Of(
        WorkTask task, Agent agent, NamespaceRules rules, TaskGuards guards, IReadOnlyList<Breaker> breakers,
        long nowUs)
    {
        if (OfTask(task, agent.Name) is { } state)
        {
            return new LongshoreException(ErrorCode.WrongState, state, "id");
        }

        var why = OfAgent(agent, breakers, task.Spec.Kind, nowUs)
            ?? OfClass(task.Spec, agent, nowUs)
            ?? OfPair(task, agent, rules, guards, nowUs);
        return why is null
            ? null
            : new LongshoreException(
                ErrorCode.AgentUnavailable, $"agent '{agent.Name}' cannot be given task {task.Id}: {why}", "agent");
    }

    private static string? OfTask(WorkTask task, string agent) => task.State switch
    {
        TaskState.Created => task.DeferredUntil is { } until
            ? $"task {task.Id} is deferred until {Instant(until)}; retry it first"
            : null,
        TaskState.Assigned or TaskState.InProgress when task.Agent == agent =>
            $"'{agent}' has task {task.Id} already ({task.State.ToWire()})",
        TaskState.Assigned or TaskState.InProgress =>
            $"task {task.Id} is no longer available: '{task.Agent}' has it ({task.State.ToWire()}); "
            + "evict it first, or replace",
        _ => $"task {task.Id}: {TaskTransitions.Refusal(task.State, TaskOperation.Offer)}",
    };

    private static string? OfAgent(Agent agent, IReadOnlyList<Breaker> breakers, string kind, long nowUs)
    {
        if (agent.Mode != AgentMode.Available)
        {
            return $"it is {agent.Mode.ToWire()}";
        }

        foreach (var breaker in breakers)
        {
            var isMeant = breaker.Key.Scope == BreakerScope.Agent
                || (breaker.Key.Scope == BreakerScope.AgentKind && breaker.Key.Kind == kind);
            if (isMeant && breaker.GateAt(nowUs) == BreakerGate.Shut)
            {
                var of = breaker.Key.Kind is null ? "" : $" for kind {kind}";
                return breaker.ProbeTaskId is { } probe
                    ? $"its breaker{of} lets nothing through until its probe, task {probe}, is done"
                    : $"its breaker{of} is open until {Instant(UnixTime.FromMicroseconds(breaker.OpenUntilUs!.Value))}";
            }
        }

        return agent.Load >= agent.Profile.MaxConcurrent
            ? $"it holds {agent.Load} of at most {agent.Profile.MaxConcurrent}"
            : null;
    }

    private static string? OfClass(NewTask spec, Agent agent, long nowUs)
    {
        if (spec.Owner is { } owner && owner != agent.Name)
        {
            return $"only '{owner}' may do it";
        }

        if (!agent.Profile.Namespaces.Contains(spec.Namespace, StringComparer.Ordinal))
        {
            return $"it does not work in namespace {spec.Namespace}";
        }

        if (agent.Profile.Kinds.Count > 0 && !agent.Profile.Kinds.Contains(spec.Kind, StringComparer.Ordinal))
        {
            return $"it does not take kind {spec.Kind}";
        }

        if (agent.Profile.PriorityLevels.Count > 0 && !agent.Profile.PriorityLevels.Contains(spec.Priority))
        {
            return $"it does not take priority {spec.Priority}";
        }

        var able = new CapabilitySet(agent.Usable, UnixTime.FromMicroseconds(nowUs));
        return able.CanDo(spec.Requires, spec.MinimumMatch, spec.Match)
            ? null
            : $"it lacks {string.Join(", ", spec.Requires.Where(r => !able.Meets(r, spec.Match)))}"
                + (spec.Match == MatchMode.Tiered ? "" : $" ({spec.Match.ToWire()} match)");
    }

    private static string? OfPair(
        WorkTask task, Agent agent, NamespaceRules rules, TaskGuards guards, long nowUs)
    {
        foreach (var kept in guards.Kept.Where(kept => kept.Agent == agent.Name && kept.UntilUs > nowUs))
        {
            var cause = kept.Cause switch
            {
                KeptCause.Rejected => "it rejected it",
                KeptCause.Missed => "it let an offer of it run out",
                _ => "it was taken from it",
            };
            return kept.UntilUs == long.MaxValue
                ? $"{cause}, which is for good"
                : $"{cause}; kept from it until {Instant(UnixTime.FromMicroseconds(kept.UntilUs))}";
        }

        var member = guards.Members.FirstOrDefault(m => rules.Exclusion.KeepsFrom(
            agent.Name, agent.Profile.Principal, task.Spec.Step, m));
        if (member is not null)
        {
            var who = member.Agent == agent.Name ? "it" : $"'{member.Agent}', of the same principal,";
            return $"{who} {(member.IsDone ? "did" : "holds")} task {member.TaskId} of the same group"
                + (member.Step is null ? "" : $", step {member.Step}");
        }

        return guards.Failers.Contains(agent.Name, StringComparer.Ordinal) ? "it failed it of late" : null;
    }

    private static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
