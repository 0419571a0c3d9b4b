using System.Runtime.InteropServices;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Sqlite.Live;

/// <summary>
/// An agent in memory. Its row holds the same; <see cref="Dirty"/> marks what the transaction must still write.
/// </summary>
internal sealed class AgentEntry(long id, AgentRegistration profile)
{
    // A sighting this much newer than the stored one is worth a write; presence is judged in tens of seconds.
    private const long SightingStepUs = 5_000_000;

    private EligibleClasses? _eligible;
    private EligibleClasses? _claimable;
    private long _storedSeenUs;

    public long Id { get; } = id;

    /// <summary>What it said of itself; its standing is kept apart, since it goes on changing.</summary>
    public AgentRegistration Profile { get; private set; } = profile with { Reputation = null };

    public AgentMode Mode { get; set; }

    /// <summary>What it declares and cannot use now.</summary>
    public IReadOnlyList<string> Unavailable { get; private set; } = [];

    /// <summary>What it may use; null for all it declares.</summary>
    public IReadOnlyList<string>? Authorised { get; private set; }

    /// <summary>Its breakers with something to remember, by kind; the agent's own under the empty word.</summary>
    public Dictionary<string, Breaker> Breakers { get; } = new(StringComparer.Ordinal);

    public int Load { get; private set; }

    public bool HoldsSuspect { get; private set; }

    public double Reputation { get; set; } = 1.0;

    public long Completed { get; private set; }

    public long Failed { get; private set; }

    /// <summary>
    /// What is known of how well it works. Replaced as a whole by the writer; others read what was there a moment ago.
    /// </summary>
    public AgentRecord Record { get; set; } = AgentRecord.Empty;

    /// <summary>How many claims the transaction ended well, or not, by class; then put to the record.</summary>
    public Dictionary<(int ClassId, bool IsGood), int> Lessons { get; } = [];

    public long RegisteredUs { get; init; }

    public long SeenUs { get; private set; }

    public bool Dirty { get; set; }

    public void Restore(AgentMode mode, int load, double reputation, long completed, long failed, long seenUs)
    {
        (Mode, Load, Reputation, Completed, Failed) = (mode, load, reputation, completed, failed);
        SeenUs = _storedSeenUs = seenUs;
    }

    public void Replace(AgentRegistration profile)
    {
        Profile = profile with { Reputation = null };
        Use([], Authorised);
    }

    public void Use(IReadOnlyList<string> unavailable, IReadOnlyList<string>? authorised)
    {
        (Unavailable, Authorised) = (unavailable, authorised);
        Forget();
    }

    /// <summary>Computes anew what it may do: its profile, or the rules, changed.</summary>
    public void Forget() => _eligible = _claimable = null;

    public bool Takes(int priority) =>
        Profile.PriorityLevels.Count == 0 || Profile.PriorityLevels.Contains(priority);

    public BreakerGate GateAt(long nowUs, string kind = "") =>
        Breakers.Count > 0 && Breakers.TryGetValue(kind, out var breaker) ? breaker.GateAt(nowUs) : BreakerGate.Pass;

    public void Seen(long nowUs)
    {
        SeenUs = Math.Max(SeenUs, nowUs);
        Dirty |= SeenUs - _storedSeenUs >= SightingStepUs;
    }

    public void Stored()
    {
        Dirty = false;
        _storedSeenUs = SeenUs;
    }

    public void Took(bool suspect)
    {
        Load++;
        HoldsSuspect |= suspect;
        Dirty = true;
    }

    /// <summary>A suspect is always an agent's only claim, so giving anything up means it holds none.</summary>
    public void GaveUp()
    {
        Load--;
        HoldsSuspect = false;
        Dirty = true;
    }

    public void MarkHoldsSuspect() => HoldsSuspect = true;

    public void CountCompleted() => Completed++;

    public void CountFailed() => Failed++;

    /// <summary>Takes down what the end of a claim says of it.</summary>
    public void Judge(int classId, Verdict verdict)
    {
        if (verdict is Verdict.Success or Verdict.Failure)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(Lessons, (classId, verdict == Verdict.Success), out _)++;
            Dirty = true;
        }
    }

    /// <summary>What it may do at an instant; computed anew when a capability has expired.</summary>
    public EligibleClasses EligibleAt(long nowUs)
    {
        var now = UnixTime.FromMicroseconds(nowUs);
        if (_eligible is null || _eligible.Capabilities.ValidUntil <= now)
        {
            _eligible = new EligibleClasses(Profile, new CapabilitySet(ToAgent().Usable, now));
            _claimable = null;
        }

        return _eligible;
    }

    /// <summary>What of that it may take by itself: what the rules leave to agents.</summary>
    public EligibleClasses ClaimableAt(long nowUs, RuleBook rules)
    {
        var eligible = EligibleAt(nowUs);
        return rules.IsOpen
            ? eligible
            : _claimable ??= new EligibleClasses(Profile, eligible.Capabilities, rules.MayClaim);
    }

    public Agent ToAgent() => new()
    {
        Id = Id,
        Profile = Profile,
        Mode = Mode,
        Unavailable = Unavailable,
        Authorised = Authorised,
        Load = Load,
        Reputation = Reputation,
        Record = Record,
        TotalCompleted = Completed,
        TotalFailed = Failed,
        RegisteredAt = UnixTime.FromMicroseconds(RegisteredUs),
        LastSeen = UnixTime.FromMicroseconds(SeenUs),
    };
}
