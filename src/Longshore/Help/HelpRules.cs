using Longshore.Tasks;

namespace Longshore.Help;

/// <summary>How a write about a help request went.</summary>
public enum HelpWriteStatus
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>No such task or request.</summary>
    NotFound = 1,

    /// <summary>No such agent.</summary>
    UnknownAgent = 2,

    /// <summary>The epoch names no claim of the agent that holds.</summary>
    Stale = 3,

    /// <summary>The task or the request is in a state that refuses it.</summary>
    Refused = 4,

    /// <summary>It is not for this agent to do.</summary>
    NotAllowed = 5,

    /// <summary>The task has as many unanswered requests as one may have.</summary>
    TooMany = 6,
}

/// <summary>Somebody who acts on a help request; a person has no agent's principal.</summary>
internal readonly record struct HelpActor(string Name, string? Principal, bool IsAgent);

/// <summary>Who may do what with a help request: the same decisions in every store.</summary>
internal static class HelpRules
{
    /// <summary>A helper takes it on.</summary>
    public static HelpWriteStatus Take(HelpRequest request, HelpActor helper)
    {
        if (!helper.IsAgent)
        {
            return HelpWriteStatus.UnknownAgent;
        }

        if (request.Agent == helper.Name)
        {
            return HelpWriteStatus.NotAllowed;
        }

        return request.Status == HelpStatus.Open || (request.IsOpen && request.ClaimedBy == helper.Name)
            ? HelpWriteStatus.Done
            : HelpWriteStatus.Refused;
    }

    /// <summary>Somebody answers. Nobody answers an escalation of its own principal.</summary>
    public static HelpWriteStatus Resolve(HelpRequest request, HelpActor by, string? askersPrincipal)
    {
        if (!request.IsOpen)
        {
            return HelpWriteStatus.Refused;
        }

        var isOwn = by.Name == request.Agent || (by.Principal is not null && by.Principal == askersPrincipal)
            || (!by.IsAgent && by.Name == askersPrincipal);
        return request.Type == HelpType.Escalation && isOwn ? HelpWriteStatus.NotAllowed : HelpWriteStatus.Done;
    }

    /// <summary>Whoever asked calls it off; a person may for anybody.</summary>
    public static HelpWriteStatus Cancel(HelpRequest request, HelpActor by)
    {
        if (!request.IsOpen)
        {
            return HelpWriteStatus.Refused;
        }

        return by.IsAgent && by.Name != request.Agent ? HelpWriteStatus.NotAllowed : HelpWriteStatus.Done;
    }

    /// <summary>How long a holder's lease is when its task is not blocked any more.</summary>
    public static long LeaseAfterUs(long pausedUs) =>
        Math.Max(pausedUs, Limits.UnblockedLeaseMin.ToMicroseconds());
}
