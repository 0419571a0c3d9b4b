using Longshore.Help;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Passing tasks on, and asking for help.</content>
public partial interface ILongshoreClient
{
    /// <summary>
    /// The holder of a task passes it on. Its claim ends, and only whoever the hand-off is meant for, and meets the
    /// task's own needs, is given the task; never the giver, nor another of its principal. The same call again answers
    /// the first hand-off (S0.126).
    /// </summary>
    /// <exception cref="LongshoreException">
    /// invalid_input; not_found; stale_claim; wrong_state: only offered, blocked, or it has an owner; hop_limit: it was
    /// passed on as often as the rules of its namespace allow.
    /// </exception>
    Task<Handoff> HandOffAsync(NewHandoff handoff, CancellationToken ct = default);

    /// <summary>
    /// Calls off a hand-off that nobody has taken: the task is for whoever meets its own needs, its giver included.
    /// </summary>
    /// <exception cref="LongshoreException">not_found; wrong_state: it is not handed off.</exception>
    Task<WorkTask> WithdrawHandoffAsync(
        long taskId, string actor, string? reason = null, CancellationToken ct = default);

    /// <summary>A page of hand-offs by id.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Page<Handoff>> ListHandoffsAsync(HandoffQuery query, CancellationToken ct = default);

    /// <summary>
    /// Open hand-offs with the agents that could take them now: by confidence, then priority, then reputation, all
    /// descending, then load, then ids (S0.42). Looks at the first <see cref="Limits.OpportunitiesMax"/> hand-offs.
    /// </summary>
    /// <param name="agent">Only of this agent; null for all.</param>
    /// <param name="namespace">Only of this namespace; null for all.</param>
    /// <param name="limit">At most so many, 1 to <see cref="Limits.PageMax"/>.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">not_found: no such agent; invalid_input.</exception>
    Task<IReadOnlyList<Opportunity>> ListOpportunitiesAsync(
        string? agent = null, string? @namespace = null, int limit = 50, CancellationToken ct = default);

    /// <summary>
    /// Asks for help with a task. A blocker, which only its holder can ask for, blocks it: claim and room are kept and
    /// the lease pauses, until the last blocker is answered or called off, or the rules' time is over (S0.127).
    /// </summary>
    /// <exception cref="LongshoreException">
    /// invalid_input; not_found; stale_claim: a blocker by somebody who does not hold it; wrong_state: it has ended, or
    /// a blocker is asked of an offer.
    /// </exception>
    Task<HelpRequest> AskForHelpAsync(NewHelpRequest request, CancellationToken ct = default);

    /// <summary>An agent takes a request on, so that others need not; it takes no room.</summary>
    /// <exception cref="LongshoreException">
    /// not_found; not_allowed: it asked itself; wrong_state: somebody else has it, or it is over.
    /// </exception>
    Task<HelpRequest> TakeHelpAsync(long id, string agent, CancellationToken ct = default);

    /// <summary>Answers a request; the last blocker of a task unblocks it.</summary>
    /// <param name="id">The request.</param>
    /// <param name="by">The agent, or the person, who answers.</param>
    /// <param name="resolution">The answer, 1 to <see cref="Limits.SummaryLengthMax"/> characters.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">
    /// invalid_input; not_found; not_allowed: an escalation of one's own, or of another of one's principal;
    /// wrong_state: it is over.
    /// </exception>
    Task<HelpRequest> ResolveHelpAsync(long id, string by, string resolution, CancellationToken ct = default);

    /// <summary>Calls a request off: whoever asked, or a person.</summary>
    /// <exception cref="LongshoreException">
    /// not_found; not_allowed: another agent asked; wrong_state: it is over.
    /// </exception>
    Task<HelpRequest> CancelHelpAsync(long id, string by, CancellationToken ct = default);

    /// <summary>One request.</summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<HelpRequest> GetHelpAsync(long id, CancellationToken ct = default);

    /// <summary>A page of requests by id.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Page<HelpRequest>> ListHelpAsync(HelpQuery query, CancellationToken ct = default);

    /// <summary>
    /// Who could help: agents that are there and have what the request, or else its task, needs, but not who asked; by
    /// quality, then free room, then name; at most twenty.
    /// </summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<IReadOnlyList<HelpSuggestion>> SuggestHelpersAsync(long id, CancellationToken ct = default);
}

/// <summary>An open hand-off, and an agent that could take it now (S0.36).</summary>
/// <param name="Handoff">The hand-off.</param>
/// <param name="Task">Its task.</param>
/// <param name="Agent">Who could take it.</param>
/// <param name="Reputation">How well the agent may be expected to do it, 0 to 1.</param>
/// <param name="Load">How many tasks the agent holds.</param>
public sealed record Opportunity(Handoff Handoff, WorkTask Task, string Agent, double Reputation, int Load);

/// <summary>Somebody who could help.</summary>
/// <param name="Agent">Who.</param>
/// <param name="Quality">What its record is worth, 0 to 1.</param>
/// <param name="Load">How many tasks it holds.</param>
/// <param name="MaxConcurrent">How many it may hold.</param>
/// <param name="Reasons">Why it is suggested, for people.</param>
public sealed record HelpSuggestion(
    string Agent, double Quality, int Load, int MaxConcurrent, IReadOnlyList<string> Reasons);
