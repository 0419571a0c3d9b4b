using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Who gets what: offers, assignments by name, the rules of a namespace, breakers.</content>
public partial interface ILongshoreClient
{
    /// <summary>
    /// Takes an offer, and so begins the work (S1.70). Answers until when it holds without renewal. Accepting again
    /// is a renewal.
    /// </summary>
    /// <param name="taskId">The task.</param>
    /// <param name="epoch">The epoch of the offer.</param>
    /// <param name="lease">How long it holds; null takes the inactivity timeout of its namespace's rules.</param>
    /// <param name="later">The work does not begin yet; the next renewal begins it.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">stale_claim: the offer is gone; not_found.</exception>
    Task<DateTimeOffset> AcceptAsync(
        long taskId, int epoch, TimeSpan? lease = null, bool later = false, CancellationToken ct = default);

    /// <summary>
    /// An administrator offers a task to an agent by name, whatever the mode of its kind and step. Every other rule
    /// holds: what the agent can do, its room, exclusion, cooldowns, breakers. The offer stands as long as the rules of
    /// its namespace say.
    /// </summary>
    /// <param name="taskId">The task; it must be ready.</param>
    /// <param name="agent">To whom.</param>
    /// <param name="actor">The administrator, for the log.</param>
    /// <param name="reason">Why the present holder loses it; for people.</param>
    /// <param name="replace">
    /// Takes it from its present holder first. That and the offer are two steps: should somebody else be given it
    /// between them, the offer fails and the holder has lost it none the less.
    /// </param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">
    /// not_found; wrong_state: the task is not ready; agent_unavailable: which rule keeps it from the agent.
    /// </exception>
    Task<Grant> AssignAsync(
        long taskId, string agent, string actor, string? reason = null, bool replace = false,
        CancellationToken ct = default);

    /// <summary>
    /// An administrator takes a task from its agent. It goes back to the queue with its place, kept from that agent for
    /// the cooldown of its namespace.
    /// </summary>
    /// <exception cref="LongshoreException">not_found; wrong_state: nobody holds it.</exception>
    Task<WorkTask> EvictAsync(long taskId, string actor, string? reason = null, CancellationToken ct = default);

    /// <summary>A page of assignments, live ones included, by task and grant (S1.22, S1.23).</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Page<Assignment>> FindAssignmentsAsync(AssignmentQuery query, CancellationToken ct = default);

    /// <summary>
    /// What an agent is offered and has not accepted yet, oldest task first, at most <see cref="Limits.PageMax"/>;
    /// waits up to <paramref name="wait"/> for something.
    /// </summary>
    /// <param name="agent">Who.</param>
    /// <param name="wait">0 to <see cref="Limits.WaitMax"/>; longer is clamped, negative is refused.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="LongshoreException">not_found, invalid_input, unavailable.</exception>
    Task<IReadOnlyList<Grant>> ListOffersAsync(
        string agent, TimeSpan wait = default, CancellationToken ct = default);

    /// <summary>
    /// What an agent is offered: the list as it is, and again each time it changes, until cancelled. Changes that
    /// another node made are seen within a second.
    /// </summary>
    /// <exception cref="LongshoreException">not_found, invalid_input, unavailable.</exception>
    IAsyncEnumerable<IReadOnlyList<Grant>> FollowOffersAsync(string agent, CancellationToken ct = default);

    /// <summary>
    /// Whether an agent, or another of its principal where the rules say so, holds or did a task of the same group
    /// whose step is one of these (S1.25). No steps means no conflict (T1.11).
    /// </summary>
    /// <exception cref="LongshoreException">not_found.</exception>
    Task<bool> HasWorkedAsync(
        string agent, long taskId, IReadOnlyList<string> conflictingSteps, CancellationToken ct = default);

    /// <summary>The rules of a namespace; <see cref="NamespaceRules.Default"/> when nothing was decided.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<NamespaceRules> GetRulesAsync(string @namespace, CancellationToken ct = default);

    /// <summary>Replaces the rules of a namespace. Answers them with their new version.</summary>
    /// <param name="namespace">Which.</param>
    /// <param name="rules">What is decided; their version means nothing.</param>
    /// <param name="expectedVersion">The version that is replaced; null replaces any.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">
    /// invalid_input; wrong_state: somebody changed them meanwhile.
    /// </exception>
    Task<NamespaceRules> SetRulesAsync(
        string @namespace, NamespaceRules rules, long? expectedVersion = null, CancellationToken ct = default);

    /// <summary>
    /// Pauses a namespace, or one kind of it: nothing new of it is given out, by nobody; what is held goes on. What is
    /// paused already stays so since when it was. Answers the rules.
    /// </summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<NamespaceRules> PauseAsync(string @namespace, string? kind = null, CancellationToken ct = default);

    /// <summary>
    /// Ends a pause of a namespace, or of one kind; whoever waits for what was paused is given it at once. A kind stays
    /// paused while its namespace is. Answers the rules.
    /// </summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<NamespaceRules> ResumeAsync(string @namespace, string? kind = null, CancellationToken ct = default);

    /// <summary>How the limits of a namespace stand, the namespace's own first, then by kind.</summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<IReadOnlyList<LimitStatus>> ListLimitsAsync(string @namespace, CancellationToken ct = default);

    /// <summary>
    /// Says which of its capabilities an agent cannot use now; none means all of them are back. Registering clears it.
    /// </summary>
    /// <exception cref="LongshoreException">not_found, invalid_input.</exception>
    Task<Agent> SetAvailabilityAsync(
        string name, IReadOnlyList<string> unavailable, CancellationToken ct = default);

    /// <summary>
    /// Decides which of the capabilities it declares an agent may use; null means all. Registering does not change it.
    /// </summary>
    /// <exception cref="LongshoreException">not_found, invalid_input.</exception>
    Task<Agent> AuthoriseAsync(string name, IReadOnlyList<string>? capabilities, CancellationToken ct = default);

    /// <summary>
    /// Says how good a submitted result was. Answers the agent whose work it is, with its record as it is now.
    /// </summary>
    /// <exception cref="LongshoreException">
    /// not_found; wrong_state: nothing was submitted under that grant, or it was reviewed by as many as may; own_work:
    /// the reviewer's own, or that of its principal; already_reviewed: by this reviewer, or another of its principal;
    /// invalid_input.
    /// </exception>
    Task<Agent> ReviewAsync(Review review, CancellationToken ct = default);

    /// <summary>
    /// A page of submitted results with what was said of them: what waits for a review, and what was reviewed.
    /// </summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Page<SubmittedWork>> ListReviewsAsync(ReviewQuery query, CancellationToken ct = default);

    /// <summary>Adds what somebody outside knows of an agent to its record; answers it with that.</summary>
    /// <exception cref="LongshoreException">not_found; invalid_input, also an undeclared capability.</exception>
    Task<Agent> RateAsync(Rating rating, string actor, CancellationToken ct = default);

    /// <summary>Breakers with a failure to remember, at most <see cref="Limits.PageMax"/>.</summary>
    /// <param name="agent">Only of this agent; null for all.</param>
    /// <param name="openOnly">Only those that are not closed.</param>
    /// <param name="ct">Ends the call.</param>
    Task<IReadOnlyList<Breaker>> ListBreakersAsync(
        string? agent = null, bool openOnly = false, CancellationToken ct = default);

    /// <summary>A person closes a breaker; a task that it quarantined goes back to the queue.</summary>
    /// <exception cref="LongshoreException">not_found: there is none; invalid_input.</exception>
    Task ResetBreakerAsync(BreakerKey key, string actor, string? reason = null, CancellationToken ct = default);

    /// <summary>
    /// Who works in a namespace and when each was last seen, the latest first (S1.14, S1.76); at most
    /// <see cref="Limits.PageMax"/>.
    /// </summary>
    /// <param name="namespace">Which.</param>
    /// <param name="within">Who was seen within it is active; null means five minutes.</param>
    /// <param name="ct">Ends the call.</param>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<IReadOnlyList<AgentPresence>> PresenceAsync(
        string @namespace, TimeSpan? within = null, CancellationToken ct = default);
}
