using Longshore.Matching;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>How much may be in progress, and how fast it is given out.</content>
public sealed partial class InMemoryStore
{
    // Of the batch in hand: for how many more its finishes made room.
    private int _freed;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LimitStatus>> LimitsAsync(string @namespace, CancellationToken ct = default) =>
        Atomically<IReadOnlyList<LimitStatus>>(
            null,
            _ => [.. RulesOf(@namespace).Scopes
                .OrderBy(scope => scope.Kind, StringComparer.Ordinal)
                .SelectMany(scope => StatusesOf(@namespace, scope.Kind, scope.Limit))]);

    private IEnumerable<LimitStatus> StatusesOf(string @namespace, string kind, LimitRules limit)
    {
        yield return StatusOf(@namespace, kind, "", limit);
        if (limit.PerKey is { } perKey)
        {
            var held = HeldOf(@namespace, kind).Select(e => e.Task.Spec.LimitKey).OfType<string>();
            var rated = _state.Buckets.Keys.Where(b => b.Namespace == @namespace && b.Kind == kind).Select(b => b.Key);
            var keys = held.Concat(rated).Where(key => key.Length > 0).Distinct(StringComparer.Ordinal);
            foreach (var key in keys.Order(StringComparer.Ordinal))
            {
                yield return StatusOf(@namespace, kind, key, perKey);
            }
        }
    }

    private LimitStatus StatusOf(string @namespace, string kind, string key, LimitRules limit) => new(
        @namespace,
        kind.Length == 0 ? null : kind,
        limit,
        HeldOf(@namespace, kind).Count(e => key.Length == 0 || e.Task.Spec.LimitKey == key),
        _state.Buckets.GetValueOrDefault((@namespace, kind, key)),
        key.Length == 0 ? null : key);

    private IEnumerable<TaskEntry> HeldOf(string @namespace, string kind) => _state.Open.Values.Where(
        e => e.Claim is not null && e.Task.Spec.Namespace == @namespace
            && (kind.Length == 0 || e.Task.Spec.Kind == kind));

    /// <summary>
    /// Whether a ready task is among the first of its limit key for which there is room. Those of other classes or
    /// priorities do not count, and those that are kept from somebody only among themselves: an agent that may not have
    /// the first may have the next.
    /// </summary>
    private bool IsOpenByKey(TaskEntry entry, long nowUs)
    {
        var limits = entry.Task.Spec.LimitKey is null
            ? []
            : ScopesOf(entry.Task.Spec).Where(scope => scope.Key.Length > 0).ToList();
        if (limits.Count == 0)
        {
            return true;
        }

        var room = limits.Min(l => StatusOf(entry.Task.Spec.Namespace, l.Kind, l.Key, l.Limit).RoomAt(nowUs));
        var open = IsGuarded(entry) && room > 0 ? Math.Max(Limits.GuardedOpenMax, room) : room;
        return open > 0 && open > _state.Open.Values.Count(other => other.IsReady
            && other.Task.Spec.LimitKey == entry.Task.Spec.LimitKey
            && ClassKey.Of(other.Task) == ClassKey.Of(entry.Task)
            && other.Task.Spec.Priority == entry.Task.Spec.Priority && IsGuarded(other) == IsGuarded(entry)
            && (other.Rank, other.Task.Id).CompareTo((entry.Rank, entry.Task.Id)) < 0);
    }

    private static bool IsGuarded(TaskEntry entry) =>
        entry.Task.Spec.Group is not null || entry.Kept.Count > 0 || entry.Claims.Any(claim => claim.IsFailure);

    /// <summary>A claim of the task is about to end.</summary>
    private void NoteFreed(NewTask spec)
    {
        foreach (var (kind, key, limit) in ScopesOf(spec))
        {
            if (limit.InProgress <= StatusOf(spec.Namespace, kind, key, limit).InProgress)
            {
                _freed++;
                return;
            }
        }
    }

    /// <summary>Takes the tokens that a grant costs.</summary>
    private void TakeTokens(NewTask spec, long nowUs)
    {
        foreach (var (kind, key, limit) in ScopesOf(spec))
        {
            if (limit.Rate is { } rate)
            {
                var at = (spec.Namespace, kind, key);
                _state.Buckets = _state.Buckets.SetItem(
                    at, rate.AfterTaking(nowUs, _state.Buckets.GetValueOrDefault(at)));
            }
        }
    }

    /// <summary>A rate that is changed begins with a full bucket.</summary>
    private void ForgetBuckets(string @namespace, NamespaceRules before, NamespaceRules after)
    {
        foreach (var at in _state.Buckets.Keys.Where(at => at.Namespace == @namespace))
        {
            if (RateOf(before, at.Kind, at.Key) != RateOf(after, at.Kind, at.Key))
            {
                _state.Buckets = _state.Buckets.Remove(at);
            }
        }
    }

    private static RateRule? RateOf(NamespaceRules rules, string kind, string key)
    {
        var limit = rules.Scopes.FirstOrDefault(scope => scope.Kind == kind).Limit;
        return key.Length == 0 ? limit?.Rate : limit?.PerKey?.Rate;
    }

    private IEnumerable<(string Kind, string Key, LimitRules Limit)> ScopesOf(NewTask spec) =>
        RulesOf(spec.Namespace).ScopesOf(spec.Kind, spec.LimitKey);

    /// <summary>What limits leave room for in one claim.</summary>
    private sealed class Ration(InMemoryStore store, long nowUs)
    {
        private readonly Dictionary<(string Namespace, string Kind, string Key), int> _room = [];

        /// <summary>When something that was passed over for want of a token may be had; 0 for never.</summary>
        public long NextTokenUs { get; private set; }

        /// <summary>Whether there is room for a task.</summary>
        public bool Allows(NewTask spec)
        {
            var isAllowed = true;
            foreach (var (kind, key, limit) in store.ScopesOf(spec))
            {
                var at = (spec.Namespace, kind, key);
                var status = store.StatusOf(spec.Namespace, kind, key, limit);
                if (!_room.TryGetValue(at, out var room))
                {
                    _room.Add(at, room = status.RoomAt(nowUs));
                }

                if (room <= 0)
                {
                    isAllowed = false;
                    NoteToken(status);
                }
            }

            return isAllowed;
        }

        /// <summary>A task is taken.</summary>
        public void Take(NewTask spec)
        {
            foreach (var (kind, key, _) in store.ScopesOf(spec))
            {
                _room[(spec.Namespace, kind, key)]--;
            }
        }

        private void NoteToken(LimitStatus status)
        {
            if (status.NextTokenAt(UnixTime.FromMicroseconds(nowUs)) is { } next
                && (NextTokenUs == 0 || next.ToMicroseconds() < NextTokenUs))
            {
                NextTokenUs = next.ToMicroseconds();
            }
        }
    }
}
