using Longshore.Engine.Maintenance;
using Longshore.Routing;
using Longshore.Routing.Strategies;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Distribution;

/// <summary>
/// Offers the tasks that the rules leave to it to agents that can do them. It chooses over what it knows and the store
/// decides: every offer is checked and reserved there in one step, and what is refused goes to the next best. Every
/// class of tasks is looked at, so a task that nobody can take delays no other (T4.4). Runs on the node that leads.
/// </summary>
internal sealed class Distributor(
    IStore store, Leadership leadership, EngineOptions options, StoreTime time, DistributionTally tally,
    Action<Grant> onOffered, Action<IReadOnlyList<LostClaim>> onExpired, ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    /// <summary>How long the store's word about agents is good enough for a choice.</summary>
    private const long FactsAgeMaxUs = 250_000;

    /// <summary>How long a pair that the store refused is not tried again.</summary>
    private const long RefusalUs = 5_000_000;

    /// <summary>How long a task is not offered again to an agent that had no room for it.</summary>
    private const long NoRoomUs = 1_000_000;

    private readonly RoutingTable _table = new(store);
    private readonly Random _chance = new(options.Seed ?? Environment.ProcessId);
    private readonly Dictionary<string, Dictionary<string, RouteCursor>> _cursors = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Refusals> _refused = [];
    private long _factsUs;
    private volatile bool _hasWork;

    protected override string Name => "The distributor";

    /// <summary>Something may have become possible; looks at once if anything is its to give out.</summary>
    public void Notice()
    {
        if (_hasWork)
        {
            Poke();
        }
    }

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var rules = (await store.Rules.ListAsync(ct).ConfigureAwait(false))
            .Where(r => r.Value.HasAuto && r.Value.PlansEvery is null)
            .ToDictionary(StringComparer.Ordinal);
        _hasWork = rules.Count > 0;
        if (!_hasWork)
        {
            return false;
        }

        // A task whose deadline passed is not offered any more (S4.14, T4.16).
        var expired = await store.Tasks.ExpireAsync(options.MaintenanceBatch, ct: ct).ConfigureAwait(false);
        onExpired(expired);
        if (time.NowUs - _factsUs > FactsAgeMaxUs)
        {
            await _table.RefreshAsync(time.Now, ct).ConfigureAwait(false);
            _factsUs = time.NowUs;
        }

        var isMoving = false;
        foreach (var (name, decided) in rules)
        {
            isMoving |= await OfferAsync(name, decided, ct).ConfigureAwait(false);
        }

        return isMoving;
    }

    protected override ValueTask<TimeSpan> PauseAsync(CancellationToken ct)
    {
        // Agents come, come back and get room without a word to this node.
        _factsUs = 0;
        Forget();
        return ValueTask.FromResult(options.DistributionInterval);
    }

    /// <summary>
    /// Offers what can be offered in a namespace. Answers whether another look is worth while at once: not all that
    /// waits was looked at, or what is known turned out to be wrong, or somebody to be kept from a task, and the next
    /// best has not been tried. Waiting before that would let a task that many are kept from come back to the first of
    /// them for ever (G8).
    /// </summary>
    private async Task<bool> OfferAsync(string @namespace, NamespaceRules rules, CancellationToken ct)
    {
        var offers = new Offers();
        var limits = rules.HasLimits
            ? (await store.Rules.LimitsAsync(@namespace, ct).ConfigureAwait(false))
                .Where(limit => limit.Key is null)
                .ToDictionary(limit => limit, limit => limit.RoomAt(time.NowUs))
            : [];
        var heads = await store.Queries.ListHeadsAsync(@namespace, Offers.Max, Limits.BatchMax, ct)
            .ConfigureAwait(false);
        foreach (var head in heads)
        {
            if (offers.IsFull)
            {
                break;
            }

            if (rules.LeaveTo(ClaimedBy.Distributor, head.Kind, head.Step)
                && (limits.Count == 0 || limits.All(limit => !limit.Key.Concerns(head.Kind) || limit.Value > 0))
                && await _table.ClassOfAsync(head, time.NowUs, ct).ConfigureAwait(false) is { } routed)
            {
                var cursor = routed.Cursor ??= await CursorOfAsync(head, ct).ConfigureAwait(false);
                if (Choose(head, routed, cursor, rules, offers) && limits.Count > 0)
                {
                    foreach (var limit in limits.Keys.Where(limit => limit.Concerns(head.Kind)).ToList())
                    {
                        limits[limit]--;
                    }
                }
            }
        }

        return offers.All.Count > 0
            && await CommitAsync(offers, heads.Count >= Offers.Max, ct).ConfigureAwait(false);
    }

    private bool Choose(
        QueueHead head, RoutedClass routed, RouteCursor cursor, NamespaceRules rules, Offers offers)
    {
        var strategy = RoutingStrategies.Of(rules.StrategyOf(head.Kind, head.Step), rules.CapacityWeight);
        var choice = new Choice(_table.Board, routed.Eligible, cursor, _chance)
        {
            Refused = _refused.TryGetValue(head.TaskId, out var refused) ? refused.SlotsOn(_table.Board) : null,
            Priority = routed.Spec.Priority,
            NowUs = time.NowUs,
        };
        var slot = Router.Choose(strategy, choice);
        if (slot >= 0)
        {
            var agent = _table.Board[slot].Name!;
            Router.Reserve(choice, slot);
            offers.Add(new Offers.Pending(head, agent, slot, rules.OfferTimeoutOf(head.Kind, head.Step)));
            offers.Moved(head.Namespace, PlaceOf(head), cursor);
        }

        return slot >= 0;
    }

    private async Task<bool> CommitAsync(Offers offers, bool hasMore, CancellationToken ct)
    {
        var outcome = await store.Tasks.CommitAsync(offers.ToBatch(), ct).ConfigureAwait(false);
        var (granted, isKept) = (0, false);
        for (var i = 0; i < offers.All.Count; i++)
        {
            var (offer, answer) = (offers.All[i], outcome.Claims[i]);
            if (answer.Grants.Count > 0)
            {
                granted++;
                tally.Offered(offer.Head.Kind, time.NowUs - offer.Head.AvailableUs);
                onOffered(answer.Grants[0]);
                continue;
            }

            // What is refused for another reason may be refused again and again.
            isKept |= answer.Status is ClaimStatus.Empty or ClaimStatus.AtCapacity;
            tally.Refused();
            Refuse(offer, answer.Status);
        }

        return isKept || (granted > 0 && (hasMore || granted < offers.All.Count));
    }

    /// <summary>What the store knew better: of the pair, or of the agent.</summary>
    private void Refuse(Offers.Pending offer, ClaimStatus status)
    {
        _table.Board.Release(offer.Slot, GrantEnd.Returned, time.NowUs);
        if (status is ClaimStatus.Empty or ClaimStatus.AtCapacity)
        {
            // There may be room for others and none for this: a suspect is given alone, and who is never idle has none.
            if (!_refused.TryGetValue(offer.Head.TaskId, out var refused))
            {
                _refused.Add(offer.Head.TaskId, refused = new Refusals());
            }

            refused.Add(offer.Agent, time.NowUs + (status == ClaimStatus.Empty ? RefusalUs : NoRoomUs));
        }

        if (status != ClaimStatus.Empty)
        {
            // Its room or mode is not what was thought; everybody is looked at again.
            _factsUs = 0;
        }
    }

    /// <summary>Turns are taken for each step, or for each kind where there are no steps.</summary>
    private static string PlaceOf(QueueHead head) => head.Step is { } step ? $"step:{step}" : $"kind:{head.Kind}";

    private async Task<RouteCursor> CursorOfAsync(QueueHead head, CancellationToken ct)
    {
        var (@namespace, name) = (head.Namespace, PlaceOf(head));
        if (!_cursors.TryGetValue(@namespace, out var cursors))
        {
            var kept = await store.Queries.ListCursorsAsync(@namespace, ct).ConfigureAwait(false);
            cursors = kept.ToDictionary(
                c => c.Name, c => new RouteCursor { LastAgent = c.Agent }, StringComparer.Ordinal);
            _cursors.Add(@namespace, cursors);
        }

        if (!cursors.TryGetValue(name, out var cursor))
        {
            cursors.Add(name, cursor = new RouteCursor());
        }

        return cursor;
    }

    private void Forget()
    {
        var now = time.NowUs;
        foreach (var (task, refused) in _refused.ToList())
        {
            if (refused.IsOver(now))
            {
                _refused.Remove(task);
            }
        }
    }

    /// <summary>The agents that a task was refused to a moment ago.</summary>
    private sealed class Refusals
    {
        private readonly Dictionary<string, long> _agents = new(StringComparer.Ordinal);

        public void Add(string agent, long untilUs) => _agents[agent] = untilUs;

        public bool IsOver(long nowUs) => _agents.Values.All(until => until <= nowUs);

        public SlotSet SlotsOn(AgentBoard board)
        {
            var slots = new SlotSet(board.Capacity);
            foreach (var slot in _agents.Keys.Select(board.SlotOf).Where(slot => slot >= 0))
            {
                slots.Add(slot);
            }

            return slots;
        }
    }
}
