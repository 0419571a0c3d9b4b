using Longshore.Matching;
using Longshore.Storage;

namespace Longshore.Engine;

/// <summary>Who is woken for what. Everything here runs in the processor's loop.</summary>
internal sealed partial class WaitingRoom
{
    private const int StepMax = 4096;
    private const int FullStepMax = 64;
    private const long Everybody = long.MaxValue / 2;
    private readonly Dictionary<ClassKey, int> _available = [];
    private readonly List<PassedWake> _passed = [];
    private readonly List<string> _ownWakes = [];
    private readonly PriorityQueue<LinkedListNode<Claimant>, long> _heads = new();
    private readonly HashSet<string> _scanIn = new(StringComparer.Ordinal);
    private bool _scansAll;
    private long _scanLeft;
    private long _scanAfter;
    private int _scanStep;
    private int _roomFreed;
    private bool _released;

    /// <summary>True while somebody is still to be woken, though no command asks for it.</summary>
    public bool HasDue => _passed.Count > 0 || _scanLeft > 0;

    /// <summary>So many tasks of unknown classes became available, in one namespace or somewhere.</summary>
    public void Wake(long tasks, string? @namespace = null)
    {
        if (tasks <= 0)
        {
            return;
        }

        Scan(tasks, @namespace);
        SignalWatches(_ => true);
    }

    /// <summary>
    /// The flight that was settled made so many tasks of unknown classes ready. Those who looked for others may have
    /// been granted some of them: what they took too many is taken off here, and never off what becomes ready later.
    /// </summary>
    public void Release(long tasks)
    {
        Wake(tasks);
        _scanLeft = Math.Max(0, _scanLeft);
    }

    /// <summary>Everybody looks again, or all of one namespace: some notification may have been lost (G9).</summary>
    public void WakeEverybody(string? @namespace = null)
    {
        Wake(Everybody, @namespace);
        _scanStep = FullStepMax;
    }

    /// <summary>An agent's room, mode or profile changed.</summary>
    public void WakeAgent(string agent)
    {
        _ownWakes.Add(agent);
        SignalWatches(w => w.Agent == agent);
    }

    /// <summary>A claim ends in the flight being loaded: that gives room, and perhaps a task to do again.</summary>
    public void NoteFinish(Finish finish, bool roomIsKnown)
    {
        _roomFreed += roomIsKnown ? 0 : 1;
        if (finish.Kind == FinishKind.Release)
        {
            Scan(1);
            _released = true;
        }
    }

    /// <summary>
    /// Puts on board whom the flight may serve: those who wait, in their order, then those who ask first now.
    /// </summary>
    public void Board(Flight flight)
    {
        CountAvailable(flight);
        lock (_gate)
        {
            if (_line.Count > 0)
            {
                foreach (var agent in _ownWakes)
                {
                    BoardOwn(agent, flight);
                }

                foreach (var (key, tasks) in _available)
                {
                    BoardClass(key, tasks, after: 0, flight);
                }

                BoardPassed(flight);
                BoardScan(flight);
                BoardFull(flight);
            }
            else
            {
                _scanLeft = 0;
            }

            _passed.Clear();
            _ownWakes.Clear();
            _roomFreed = 0;
            BoardAsking(flight);
        }

        CollectRequests(flight);
    }

    /// <summary>The answers of a flight: serves, parks again or gives back, and passes on what was not used.</summary>
    public void Settle(Flight flight, TaskBatchOutcome outcome)
    {
        for (var i = 0; i < flight.Claims.Count; i++)
        {
            var claimant = flight.Claims[i].Claimant;
            var answer = outcome.Claims[i];
            var next = claimant.Answer(answer);
            if (next == ClaimantNext.GiveBack)
            {
                GiveBack(answer.Grants);
            }

            if (next == ClaimantNext.Park && answer.NextTokenUs > 0)
            {
                Tokens?.Expect(claimant.Agent, answer.NextTokenUs);
            }

            flight.EndingSoon += claimant.EndingSoon;
            Place(claimant, next == ClaimantNext.Park, answer.Status == ClaimStatus.AtCapacity);
        }

        PassOn(flight, outcome);
        foreach (var key in _available.Keys)
        {
            SignalWatches(key);
        }

        if (_released)
        {
            _released = false;
            SignalWatches(_ => true);
        }
    }

    /// <summary>The flight did not arrive: its claimants are told and hold no place any more.</summary>
    public void Fail(Flight flight, LongshoreException error)
    {
        foreach (var boarding in flight.Claims)
        {
            Place(boarding.Claimant, park: false, full: false);
            boarding.Claimant.Fail(error);
        }
    }

    private void Scan(long tasks, string? @namespace = null)
    {
        if (_scanLeft <= 0)
        {
            _scanIn.Clear();
            _scansAll = false;
        }

        _scansAll |= @namespace is null;
        if (@namespace is not null)
        {
            _scanIn.Add(@namespace);
        }

        _scanLeft = Math.Min(Everybody, _scanLeft + tasks);
        _scanAfter = 0;
        _scanStep = (int)Math.Min(StepMax, Math.Max(_scanStep, tasks));
    }

    private void CountAvailable(Flight flight)
    {
        _available.Clear();
        if (Count == 0)
        {
            return;
        }

        DateTimeOffset? now = null;
        foreach (var task in flight.Batch.Inserts)
        {
            if (task.ReadyAt is null || task.ReadyAt <= (now ??= clock.GetUtcNow()))
            {
                var key = ClassKey.Of(task);
                _available[key] = _available.GetValueOrDefault(key) + 1;
            }
        }
    }

    private void BoardClass(ClassKey key, int tasks, long after, Flight flight)
    {
        _heads.Clear();
        foreach (var group in _index.Concerned(key, clock.GetUtcNow()))
        {
            EnqueueParked(group.Line.First, after);
        }

        while (tasks > 0 && _heads.TryDequeue(out var place, out _))
        {
            var share = Math.Min(tasks, Math.Max(1, place.Value.Want));
            tasks -= share;
            EnqueueParked(place.Next, after);
            BoardParked(new Boarding(place.Value, BoardingReason.Class, key, share), flight);
        }
    }

    private void EnqueueParked(LinkedListNode<Claimant>? place, long after)
    {
        while (place is not null && (place.Value.State != ClaimantState.Parked || place.Value.Sequence <= after))
        {
            place = place.Next;
        }

        if (place is not null)
        {
            _heads.Enqueue(place, place.Value.Sequence);
        }
    }

    private void BoardPassed(Flight flight)
    {
        foreach (var passed in _passed)
        {
            _available[passed.Class] = _available.GetValueOrDefault(passed.Class) + passed.Tasks;
            BoardClass(passed.Class, Math.Max(passed.Tasks, passed.Tried), passed.After, flight);
        }
    }

    private void BoardOwn(string agent, Flight flight)
    {
        foreach (var group in _index.GroupsOf(agent))
        {
            foreach (var claimant in group.Line.Where(c => c.State == ClaimantState.Parked))
            {
                BoardParked(new Boarding(claimant, BoardingReason.Own), flight);
            }
        }
    }

    // Twice as many each time nobody has taken the tasks: few are disturbed for one task, and the last is reached soon.
    private void BoardScan(Flight flight)
    {
        if (_scanLeft <= 0)
        {
            return;
        }

        var taken = 0;
        for (var place = _line.First; place is not null && taken < _scanStep; place = place.Next)
        {
            if (place.Value.State == ClaimantState.Parked && place.Value.Sequence > _scanAfter
                && (_scansAll || _index.NamespacesOf(place.Value.Agent).Any(_scanIn.Contains)))
            {
                _scanAfter = place.Value.Sequence;
                BoardParked(new Boarding(place.Value, BoardingReason.Scan), flight);
                taken++;
            }
        }

        _scanLeft = taken == 0 ? 0 : _scanLeft;
        _scanStep = taken == 0 ? 0 : Math.Min(StepMax, _scanStep * 2);
    }

    // Who ends a claim through the façade does not say for which agent it was held, so some of those who wait for room
    // try, in turn.
    private void BoardFull(Flight flight)
    {
        var tries = Math.Min(_full.Count, Math.Min(FullStepMax, 2 * _roomFreed));
        var place = _full.First;
        while (tries-- > 0 && place is not null)
        {
            if (place.Value.State == ClaimantState.Parked)
            {
                BoardParked(new Boarding(place.Value, BoardingReason.Own), flight);
            }

            place = place.Next;
        }
    }

    private static void BoardParked(Boarding boarding, Flight flight)
    {
        boarding.Claimant.State = ClaimantState.InFlight;
        flight.Claims.Add(boarding);
    }

    private static void BoardAsking(Flight flight)
    {
        foreach (var claimant in flight.Asking)
        {
            if (claimant.State == ClaimantState.Queued)
            {
                BoardParked(new Boarding(claimant, BoardingReason.Asked), flight);
            }
        }
    }

    private void CollectRequests(Flight flight)
    {
        var kept = 0;
        for (var i = 0; i < flight.Claims.Count; i++)
        {
            var boarding = flight.Claims[i];
            if (IsSuspended)
            {
                Place(boarding.Claimant, park: true, full: false);
            }
            else if (boarding.Claimant.NextRequest() is { } request)
            {
                flight.Batch.Claims.Add(request);
                flight.Claims[kept++] = boarding;
            }
            else
            {
                flight.Declined.Add(boarding);
                Place(boarding.Claimant, park: false, full: false);
            }
        }

        flight.Claims.RemoveRange(kept, flight.Claims.Count - kept);
    }

    private void PassOn(Flight flight, TaskBatchOutcome outcome)
    {
        Dictionary<ClassKey, PassedWake>? missed = null;
        for (var i = 0; i < flight.Claims.Count; i++)
        {
            var granted = outcome.Claims[i].Grants.Count;
            NoteMissed(ref missed, flight.Claims[i], granted);
            _scanLeft -= flight.Claims[i].Reason == BoardingReason.Scan ? granted : 0;
        }

        foreach (var boarding in flight.Declined)
        {
            NoteMissed(ref missed, boarding, granted: 0);
        }

        foreach (var (key, wake) in missed ?? [])
        {
            var granted = outcome.Claims.Sum(c => c.Grants.Count(g => key.Equals(ClassKey.Of(g.Task))));
            var left = _available.GetValueOrDefault(key) - granted;
            if (left > 0)
            {
                _passed.Add(wake with { Tasks = left });
            }
        }
    }

    private static void NoteMissed(ref Dictionary<ClassKey, PassedWake>? missed, Boarding boarding, int granted)
    {
        if (boarding.Class is not { } key || granted >= boarding.Share)
        {
            return;
        }

        missed ??= [];
        var sofar = missed.GetValueOrDefault(key);
        missed[key] = new PassedWake(key, 0, Math.Max(sofar.After, boarding.Sequence), sofar.Tried + 1);
    }

    private void SignalWatches(ClassKey key)
    {
        if (_watches.Count == 0)
        {
            return;
        }

        List<WaiterGroup> concerned;
        lock (_gate)
        {
            concerned = _index.Concerned(key, clock.GetUtcNow());
        }

        SignalWatches(w => concerned.Contains(w.Group!));
    }

    private void SignalWatches(Func<DiscoverWatch, bool> which)
    {
        lock (_gate)
        {
            foreach (var watch in _watches)
            {
                if (which(watch))
                {
                    watch.Signal();
                }
            }
        }
    }

    /// <summary>Tasks of a class that those woken for them did not take.</summary>
    /// <param name="Class">The class.</param>
    /// <param name="Tasks">How many are left.</param>
    /// <param name="After">Those up to this place in line have tried.</param>
    /// <param name="Tried">How many have tried; as many try next, so that the last is reached soon.</param>
    private readonly record struct PassedWake(ClassKey Class, int Tasks, long After, int Tried);
}
