using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>What a call must be, wherever it is made: the same in process and over HTTP.</summary>
internal static class CallRules
{
    /// <summary>An agent claims for itself; whoever gives it something makes an offer.</summary>
    public static void Check(ClaimRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Offer is not null || request.By != ClaimedBy.Agent || request.Actor is not null)
        {
            throw LongshoreException.Invalid("offer", "is made by assigning the task to the agent, not by a claim");
        }
    }

    /// <summary>A renewal extends what is accepted.</summary>
    public static void Check(Renewal renewal)
    {
        ArgumentNullException.ThrowIfNull(renewal);
        if (renewal.Accepts || renewal.Later)
        {
            throw LongshoreException.Invalid("accepts", "is a call of its own: accept the offer, then renew it");
        }

        if (renewal.Progress is { } progress)
        {
            TaskValidation.Unit(progress, "progress");
        }
    }

    /// <summary>A rejection says why, and nothing else does so by a reason.</summary>
    public static void Check(Finish finish)
    {
        ArgumentNullException.ThrowIfNull(finish);
        if (!Enum.IsDefined(finish.Kind))
        {
            throw LongshoreException.Invalid("kind", "is none of complete, fail, snooze, release, cancel, reject");
        }

        if (finish.Kind != FinishKind.Reject)
        {
            if (finish.Reason is not null)
            {
                throw LongshoreException.Invalid("reason", "belongs to reject; say why in the text");
            }

            return;
        }

        if (finish.Reason is not { } reason || !Enum.IsDefined(reason))
        {
            throw LongshoreException.Invalid(
                "reason",
                $"is required: one of {string.Join(", ", Enum.GetValues<RejectReason>().Select(r => r.ToWire()))}");
        }

        if (reason == RejectReason.Other && string.IsNullOrWhiteSpace(finish.Error))
        {
            throw LongshoreException.Invalid("text", "is required with the reason other: say in it what it is");
        }
    }

    /// <summary>What a breaker guards, in words; a key names exactly that.</summary>
    public static string Guarded(BreakerKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key switch
        {
            { Scope: BreakerScope.Task, TaskId: { } id, Agent: null, Kind: null } => $"task {id}",
            { Scope: BreakerScope.Agent, Agent: { } agent, Kind: null, TaskId: null } => $"agent '{agent}'",
            { Scope: BreakerScope.AgentKind, Agent: { } agent, Kind: { } kind, TaskId: null } =>
                $"agent '{agent}' doing '{kind}'",
            _ => throw LongshoreException.Invalid("agent", "name an agent, an agent and a kind, or a task_id"),
        };
    }

    /// <summary>The status that ending a claim so would give its assignment.</summary>
    public static AssignmentStatus StatusAfter(FinishKind kind) => kind switch
    {
        FinishKind.Complete => AssignmentStatus.Submitted,
        FinishKind.Fail => AssignmentStatus.Failed,
        FinishKind.Snooze => AssignmentStatus.Snoozed,
        FinishKind.Release => AssignmentStatus.Released,
        FinishKind.Cancel => AssignmentStatus.Cancelled,
        FinishKind.Reject => AssignmentStatus.Rejected,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>As much of a text as is kept.</summary>
    public static string? Cut(string? text, int most) => text?.Length > most ? text[..most] : text;
}
