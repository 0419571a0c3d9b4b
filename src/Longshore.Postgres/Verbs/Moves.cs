using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Postgres.Verbs;

/// <summary>
/// Tasks that a transaction has locked, and the moves it decides on. What is decided is seen by what is decided next;
/// the database hears of it in one round trip at the end.
/// </summary>
internal sealed class Moves(long nowUs, BreakerOptions breakers)
{
    private readonly Dictionary<long, Standing> _first = [];
    private readonly Dictionary<long, Standing> _present = [];
    private readonly Dictionary<long, List<ClaimRecord>> _ended = [];
    private readonly Dictionary<int, AgentDelta> _agents = [];
    private readonly Dictionary<(int AgentId, int ClassId), (int Good, int Bad)> _lessons = [];
    private readonly Dictionary<string, NamespaceRules> _rules = new(StringComparer.Ordinal);

    /// <summary>The instant of the transaction.</summary>
    public long NowUs => nowUs;

    public List<ClaimRecord> NewRecords { get; } = [];

    public List<ClaimRecord> LateRecords { get; } = [];

    /// <summary>Events of their own, which one task's history finds by its index.</summary>
    public List<(NewEvent Event, int? Epoch)> Events { get; } = [];

    /// <summary>Ends of claims that their holders reported; the log keeps one row for all of a type.</summary>
    public List<(string Type, ClaimRecord Claim, TaskState LedTo)> ClaimEvents { get; } = [];

    /// <summary>What holders told of errors beyond their text.</summary>
    public List<(long TaskId, int Epoch, string Text)> ErrorDetails { get; } = [];

    /// <summary>Deadlines that count again because their task lives again.</summary>
    public List<long> RestoredDeadlines { get; } = [];

    /// <summary>Tasks whose requirements relax and that live again.</summary>
    public List<long> RelaxedAgain { get; } = [];

    /// <summary>Tasks whose requirements relax no more.</summary>
    public List<long> Unrelaxed { get; } = [];

    public IReadOnlyDictionary<int, AgentDelta> Agents => _agents;

    /// <summary>How many claims ended well, and how many did not, by agent and class.</summary>
    public IReadOnlyDictionary<(int AgentId, int ClassId), (int Good, int Bad)> Lessons => _lessons;

    /// <summary>The runs that the tasks belong to.</summary>
    public RunLedger Runs => field ??= new RunLedger(this);

    public BreakerBook Breakers { get; } = new(breakers, nowUs);

    /// <summary>Tasks that are kept from agents from now on.</summary>
    public Dictionary<(long TaskId, int AgentId), (long UntilUs, KeptCause Cause)> Kept { get; } = [];

    /// <summary>Tasks that are no longer kept from anybody it was decided about before.</summary>
    public HashSet<long> Unkept { get; } = [];

    /// <summary>Tasks that have another priority.</summary>
    public Dictionary<long, short> Reprioritised { get; } = [];

    /// <summary>Unique tasks that live again and have their keys again.</summary>
    public Dictionary<byte[], long> KeysTaken { get; } = new(DigestComparer.Instance);

    /// <summary>Tasks that need no draft any more.</summary>
    public HashSet<long> Drafts { get; } = [];

    /// <summary>Tasks that nobody will take by their hand-off.</summary>
    public HashSet<long> Withdrawn { get; } = [];

    /// <summary>Tasks that are begun anew, and when they had ended: what was asked before stays closed.</summary>
    public List<(long TaskId, long EndedUs)> Begun { get; } = [];

    /// <summary>Rows that moved: where they were, and where they are now.</summary>
    public IEnumerable<(Standing From, Standing To)> Moved =>
        from pair in _present
        let was = _first[pair.Key]
        where !ReferenceEquals(was, pair.Value)
        select (was, pair.Value);

    /// <summary>Takes in what was locked.</summary>
    public void Load(Standing standing, IEnumerable<ClaimRecord> ended, Breaker? breaker)
    {
        if (breaker is not null)
        {
            Breakers.Load(standing.Place.Id, breaker);
        }

        _first[standing.Place.Id] = standing;
        _present[standing.Place.Id] = standing;
        _ended[standing.Place.Id] = [.. ended];
    }

    /// <summary>Takes in the rules of a namespace.</summary>
    public void Load(string @namespace, NamespaceRules rules) => _rules[@namespace] = rules;

    public NamespaceRules RulesOf(Standing standing) =>
        _rules.GetValueOrDefault(standing.Namespace) ?? NamespaceRules.Default;

    public Standing? Find(long id) => _present.GetValueOrDefault(id);

    /// <summary>The record of an ended claim of a task.</summary>
    public ClaimRecord? Ended(long id, int epoch) => _ended[id].Find(record => record.Epoch == epoch);

    /// <summary>Why the latest claim of a task that ended badly did.</summary>
    public string? LastErrorOf(long id) => _ended[id].LastOrDefault(record => record.Error is not null)?.Error;

    /// <summary>Who held a task last.</summary>
    public string? LastAgentOf(long id) => _ended[id].LastOrDefault()?.Agent;

    /// <summary>How many agents failed a task so far.</summary>
    public int FailersOf(long id) =>
        _ended[id].Where(record => record.IsFailure).Select(record => record.AgentId).Distinct().Count();

    public void MoveTo(Standing standing)
    {
        var first = _first[standing.Place.Id];
        _present[standing.Place.Id] = standing with
        {
            Namespace = first.Namespace,
            Kind = first.Kind,
            MaxAttempts = first.MaxAttempts,
            Retry = first.Retry,
            OwnClass = first.OwnClass,
            Digest = first.Digest,
            Unstarted = first.Unstarted,
        };
    }

    /// <summary>Back to the queue: at once when the wait is over, else when it is.</summary>
    public void Requeue(Place place, long untilUs) => MoveTo(untilUs > nowUs
        ? new Standing(Stage.Deferred, place.QueuedState, place) { UntilUs = untilUs }
        : new Standing(Stage.Ready, place.QueuedState, place));

    /// <summary>
    /// Where a task goes whose claim ended without an attempt: to the queue, or, when it is blocked, to wait for that
    /// without a holder.
    /// </summary>
    public TaskState Return(Standing held, Place place, long untilUs)
    {
        if (held.Status == AssignmentStatus.Blocked)
        {
            MoveTo(new Standing(Stage.Parked, TaskState.Blocked, place.Cleared()));
            return TaskState.Blocked;
        }

        Requeue(place, untilUs);
        return place.QueuedState;
    }

    /// <summary>The place of a task that nobody will take by its hand-off: in its own class again.</summary>
    public Place WithoutHandoff(Place place)
    {
        if (!place.IsHandedOff)
        {
            return place;
        }

        Withdrawn.Add(place.Id);
        return place.TakenOver(_first[place.Id].OwnClass!.Value);
    }

    /// <summary>
    /// Ends a live claim: its record is kept, its agent has room again and is judged by it.
    /// </summary>
    public ClaimRecord EndClaim(
        Standing held, AssignmentStatus outcome, string? error, string? key = null,
        Verdict verdict = Verdict.Nothing, RejectReason? reason = null)
    {
        var record = held.Claim! with
        {
            EndedUs = nowUs,
            Outcome = outcome,
            Error = error,
            Key = key,
            Reason = reason,
        };
        _ended[held.Place.Id].Add(record);
        NewRecords.Add(record);
        Change(record.AgentId, a => a with { Load = a.Load - 1 });
        Breakers.Judge(record, held.Kind, verdict);
        Learn(record.AgentId, held.Place.ClassId, verdict);
        return record;
    }

    /// <summary>Takes down what the end of a claim says of its agent.</summary>
    public void Learn(int agentId, int classId, Verdict verdict)
    {
        if (verdict is Verdict.Success or Verdict.Failure)
        {
            var (good, bad) = _lessons.GetValueOrDefault((agentId, classId));
            _lessons[(agentId, classId)] = verdict == Verdict.Success ? (good + 1, bad) : (good, bad + 1);
        }
    }

    /// <summary>Keeps a task from an agent; answers its place, which says so.</summary>
    public Place Keep(Place place, int agentId, long untilUs, KeptCause cause)
    {
        Kept[(place.Id, agentId)] = (untilUs, cause);
        return place with { Flags = place.Flags | PlaceFlags.Kept };
    }

    /// <summary>The place of a task that is done: nothing is left of drafts and breakers.</summary>
    public Place Done(Place place)
    {
        if ((place.Flags & PlaceFlags.HasDraft) != 0)
        {
            Drafts.Add(place.Id);
        }

        return WithoutTrips(place) with { Flags = place.Flags & ~(PlaceFlags.HasDraft | PlaceFlags.Tripped) };
    }

    /// <summary>Forgets a task's breaker.</summary>
    public Place WithoutTrips(Place place)
    {
        Breakers.ForgetTrips(place.Id);
        return place with { Flags = place.Flags & ~PlaceFlags.Tripped };
    }

    /// <summary>Ends the task; a claim that ends with it has been ended before.</summary>
    public void Finish(Place place, TaskState state, int? agentId, JsonText result = default, string? error = null) =>
        MoveTo(new Standing(Stage.Finished, state, WithoutHandoff(place.Cleared()))
        {
            AgentId = agentId,
            EndedUs = nowUs,
            Result = result,
            Error = error,
        });

    /// <summary>An ended task lives again and takes its key; answers who has it meanwhile, if somebody does.</summary>
    public long? TakeKey(Standing ended)
    {
        if (ended.Digest is not { } digest || !Unique.IsHeldAgain(ended.Unstarted, ended.Place.Epoch))
        {
            return null;
        }

        if (KeysTaken.TryGetValue(digest, out var holder) || ended.Rival is not null)
        {
            return ended.Rival ?? holder;
        }

        KeysTaken.Add(digest, ended.Place.Id);
        return null;
    }

    /// <summary>A lost claim turns out to have been submitted after all.</summary>
    public void MakeLate(ClaimRecord lost, string? key)
    {
        var submitted = lost with
        {
            EndedUs = nowUs,
            Outcome = AssignmentStatus.Submitted,
            Error = null,
            Key = key,
        };
        var records = _ended[lost.TaskId];
        records[records.IndexOf(lost)] = submitted;
        LateRecords.Add(submitted);
    }

    public void Change(int agentId, Func<AgentDelta, AgentDelta> change) =>
        _agents[agentId] = change(_agents.GetValueOrDefault(agentId));

    /// <summary>An agent was heard of.</summary>
    public void Saw(int agentId) => Change(agentId, a => a with { Seen = true });

    public void Note(NewEvent happened, int? epoch = null) => Events.Add((happened, epoch));

    /// <summary>Notes the end of a claim that its holder reported.</summary>
    public void NoteClaim(string type, ClaimRecord claim, TaskState ledTo) => ClaimEvents.Add((type, claim, ledTo));
}

/// <summary>What a transaction changes about an agent.</summary>
internal readonly record struct AgentDelta(int Load, int Completed, int Failed, bool Seen);
