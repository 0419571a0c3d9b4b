using Longshore.Agents;
using Longshore.Tasks;

namespace Longshore.Routing;

/// <summary>
/// The agents that a distributor routes to, who of them has room, and how loaded each is: kept as bits, so that a
/// decision costs a few words however many agents are not eligible. Owned by one distributor; not for several threads.
/// </summary>
internal sealed partial class AgentBoard
{
    /// <summary>Grants that an agent sits out after its first failure; each further one in a row doubles it.</summary>
    private const int FirstRest = 16;
    private const int RestMax = 4096;

    private readonly SlotSet[] _takers = new SlotSet[Limits.PriorityMax + 1];
    private readonly Dictionary<string, int> _capabilities = new(StringComparer.Ordinal);
    private int _choosy;

    public AgentBoard()
    {
        for (var i = 0; i < _takers.Length; i++)
        {
            _takers[i] = new SlotSet(CapacityMin);
        }
    }

    /// <summary>Online, with room, and not sitting out.</summary>
    public SlotSet Free { get; } = new(CapacityMin);

    /// <summary>Online and not sitting out, with room or not.</summary>
    public SlotSet Steady { get; } = new(CapacityMin);

    /// <summary>Online, and sitting out after failures.</summary>
    public SlotSet Resting { get; } = new(CapacityMin);

    /// <summary>Those of <see cref="Free"/> by load: the idle, and then by the part of the capacity in use.</summary>
    public SlotTiers Loads { get; } = new(CapacityMin);

    /// <summary>Those of <see cref="Free"/> by how many of the classes here they can do.</summary>
    public SlotTiers Breadths { get; } = new(CapacityMin);

    public int Count => _present.Count;

    public ref readonly Seat this[int slot] => ref _seats[slot];

    /// <summary>Who takes tasks of the priority, or null when everybody does.</summary>
    public SlotSet? TakersOf(int? priority) => _choosy == 0 || priority is not { } level ? null : _takers[level];

    /// <summary>Adds an agent, or takes over what is new about it.</summary>
    /// <returns>Its slot, which holds until the next agent is added.</returns>
    public int Put(AgentFacts facts)
    {
        if (!_slots.TryGetValue(facts.Name, out var slot))
        {
            slot = MakePlace(facts.Name);
            _seats[slot] = new Seat
            {
                Name = facts.Name,
                Bucket = -1,
                Tier = -1,
                PriorityLevels = AgentFacts.AllLevels,
            };
            _present.Add(slot);
            _slots.Add(facts.Name, slot);
            PutLevels(slot, AgentFacts.AllLevels);
        }

        ref var seat = ref _seats[slot];
        seat.IsChanged = false;
        seat.MaxConcurrent = facts.MaxConcurrent;
        seat.IsOnline = facts.IsOnline;
        seat.Load = facts.Load ?? seat.Load;
        seat.FailuresInRow = facts.FailuresInRow ?? seat.FailuresInRow;
        seat.RestLeft = seat.FailuresInRow == 0 ? 0 : seat.RestLeft;
        PutLevels(slot, facts.PriorityLevels);
        Judge(ref seat, facts.Score, facts.Record ?? seat.Record ?? AgentRecord.Empty);
        Place(slot, ref seat);
        return slot;
    }

    /// <summary>The agent is in the slot, and nothing changed here since it was put.</summary>
    public bool IsAsTold(int slot, string name) =>
        (uint)slot < (uint)_seats.Length && _seats[slot].Name == name && !_seats[slot].IsChanged;

    public void Remove(string name)
    {
        if (!_slots.Remove(name, out var slot))
        {
            return;
        }

        ref var seat = ref _seats[slot];
        seat.IsOnline = false;
        Place(slot, ref seat);
        PutLevels(slot, AgentFacts.AllLevels);
        foreach (var takers in _takers)
        {
            takers.Remove(slot);
        }

        foreach (var eligible in _classes)
        {
            eligible.Remove(slot);
        }

        _present.Remove(slot);
        seat = default;
    }

    /// <summary>
    /// Takes room of an agent for a task of a class. Whoever sits out and could do that class has sat out one more.
    /// </summary>
    public void Reserve(int slot, EligibleAgents among, long nowUs)
    {
        ref var seat = ref _seats[slot];
        seat.IsChanged = true;
        seat.Load++;
        seat.LastGrantUs = nowUs;
        Place(slot, ref seat);
        if (Resting.Count > 0)
        {
            CountRest(slot, among);
        }
    }

    /// <summary>Gives room back, and takes down how it went.</summary>
    public void Release(int slot, GrantEnd end, long nowUs)
    {
        ref var seat = ref _seats[slot];
        seat.IsChanged = true;
        seat.Load = Math.Max(0, seat.Load - 1);
        switch (end)
        {
            case GrantEnd.Completed:
                seat.FailuresInRow = 0;
                seat.RestLeft = 0;
                Learn(ref seat, Evidence.One, 0);
                break;
            case GrantEnd.Failed:
                seat.FailuresInRow++;
                seat.RestLeft = RestFor(seat.FailuresInRow);
                seat.RestSinceUs = nowUs;
                Learn(ref seat, 0, Evidence.One);
                break;
        }

        Place(slot, ref seat);
    }

    private static int RestFor(int failuresInRow) =>
        Math.Min(RestMax, FirstRest << Math.Min(failuresInRow - 1, 16));

    /// <summary>
    /// Until the store tells it in full, an end counts for the record as a whole; nothing fades in so short a time.
    /// </summary>
    private void Learn(ref Seat seat, long good, long bad)
    {
        var overall = seat.Record!.Overall;
        Judge(ref seat, seat.Score, seat.Record with
        {
            Overall = overall with
            {
                GoodMillionths = overall.GoodMillionths + good,
                BadMillionths = overall.BadMillionths + bad,
            },
        });
    }

    private void Judge(ref Seat seat, double? score, AgentRecord record)
    {
        if (seat.Record is null || !record.Equals(seat.Record))
        {
            seat.Record = record;
            seat.Untried = record.ScoreIn("");
            seat.Skills = record.ByCapability.Count == 0 ? [] :
            [
                .. record.ByCapability.Keys.Select(name => (NumberOf(name), record.ScoreIn(name)))
                    .OrderBy(skill => skill.Item1),
            ];
        }

        seat.Score = score;
        seat.Performance = score ?? record.Score;
    }

    /// <summary>A capability is a number here: comparing is quick, and there are not many.</summary>
    private int NumberOf(string capability)
    {
        if (!_capabilities.TryGetValue(capability, out var number))
        {
            _capabilities.Add(capability, number = _capabilities.Count);
        }

        return number;
    }

    /// <summary>
    /// Counted by grants of its own classes and not by the clock: whether tasks take a millisecond or an hour, a
    /// hopeless agent gets a small part of them.
    /// </summary>
    private void CountRest(int granted, EligibleAgents among)
    {
        Span<int> some = stackalloc int[Choice.SampleSize];
        var count = new Candidates(among.Slots, Resting).Take(_restFrom, some);
        if (count == some.Length)
        {
            _restFrom = some[^1] + 1;
        }

        foreach (var slot in some[..count])
        {
            ref var seat = ref _seats[slot];
            if (slot != granted && --seat.RestLeft <= 0)
            {
                seat.RestLeft = 0;
                Place(slot, ref seat);
            }
        }
    }

    /// <summary>Brings the sets in line with what is known of the agent.</summary>
    private void Place(int slot, ref Seat seat)
    {
        var isResting = seat.RestLeft > 0;
        var isFree = seat.IsOnline && !isResting && seat.HasRoom;
        seat.Ratio = seat.MaxConcurrent > 0 ? (double)seat.Load / seat.MaxConcurrent : 1;
        var bucket = !isFree ? -1
            : seat.Load == 0 ? 0
            : 1 + (int)(seat.Ratio * (SlotTiers.Count - 2));
        Loads.Move(slot, seat.Bucket, bucket);
        seat.Bucket = bucket;
        Steady.Put(slot, seat.IsOnline && !isResting);
        Resting.Put(slot, seat.IsOnline && isResting);
        Free.Put(slot, isFree);
        PlaceByBreadth(slot, ref seat);
    }

    private void PlaceByBreadth(int slot, ref Seat seat)
    {
        var tier = seat.Bucket < 0 ? -1 : SlotTiers.TierOf(seat.Breadth);
        Breadths.Move(slot, seat.Tier, tier);
        seat.Tier = tier;
    }

    private void PutLevels(int slot, uint levels)
    {
        ref var seat = ref _seats[slot];
        _choosy += (levels == AgentFacts.AllLevels ? 0 : 1) - (seat.PriorityLevels == AgentFacts.AllLevels ? 0 : 1);
        seat.PriorityLevels = levels;
        for (var level = 0; level < _takers.Length; level++)
        {
            _takers[level].Put(slot, (levels >> level & 1) != 0);
        }
    }
}
