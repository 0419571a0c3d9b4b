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
                .Select(scope => StatusOf(@namespace, scope.Kind, scope.Limit))]);

    private LimitStatus StatusOf(string @namespace, string kind, LimitRules limit) => new(
        @namespace,
        kind.Length == 0 ? null : kind,
        limit,
        _state.Open.Values.Count(e => e.Claim is not null && e.Task.Spec.Namespace == @namespace
            && (kind.Length == 0 || e.Task.Spec.Kind == kind)),
        _state.Buckets.GetValueOrDefault((@namespace, kind)));

    /// <summary>A claim of the task is about to end.</summary>
    private void NoteFreed(NewTask spec)
    {
        foreach (var (kind, limit) in RulesOf(spec.Namespace).ScopesOf(spec.Kind))
        {
            if (limit.InProgress <= StatusOf(spec.Namespace, kind, limit).InProgress)
            {
                _freed++;
                return;
            }
        }
    }

    /// <summary>Takes the tokens that a grant costs.</summary>
    private void TakeTokens(NewTask spec, long nowUs)
    {
        foreach (var (kind, limit) in RulesOf(spec.Namespace).ScopesOf(spec.Kind))
        {
            if (limit.Rate is { } rate)
            {
                var at = (spec.Namespace, kind);
                _state.Buckets = _state.Buckets.SetItem(
                    at, rate.AfterTaking(nowUs, _state.Buckets.GetValueOrDefault(at)));
            }
        }
    }

    /// <summary>A rate that is changed begins with a full bucket.</summary>
    private void ForgetBuckets(string @namespace, NamespaceRules before, NamespaceRules after)
    {
        var now = after.Scopes.ToDictionary(scope => scope.Kind, scope => scope.Limit.Rate, StringComparer.Ordinal);
        foreach (var (kind, limit) in before.Scopes)
        {
            if (now.GetValueOrDefault(kind) != limit.Rate)
            {
                _state.Buckets = _state.Buckets.Remove((@namespace, kind));
            }
        }
    }

    /// <summary>What limits leave room for in one claim.</summary>
    private sealed class Ration(InMemoryStore store, long nowUs)
    {
        private readonly Dictionary<(string Namespace, string Kind), int> _room = [];

        /// <summary>When something that was passed over for want of a token may be had; 0 for never.</summary>
        public long NextTokenUs { get; private set; }

        /// <summary>Whether there is room for a task.</summary>
        public bool Allows(NewTask spec)
        {
            var isAllowed = true;
            foreach (var (kind, limit) in store.RulesOf(spec.Namespace).ScopesOf(spec.Kind))
            {
                var at = (spec.Namespace, kind);
                var status = store.StatusOf(spec.Namespace, kind, limit);
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
            foreach (var (kind, _) in store.RulesOf(spec.Namespace).ScopesOf(spec.Kind))
            {
                _room[(spec.Namespace, kind)]--;
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
