using System.Runtime.InteropServices;
using Longshore.Assignments;
using Longshore.Matching;
using Longshore.Tasks;

namespace Longshore.Storage.InMemory;

/// <content>What routing and explanations look at.</content>
public sealed partial class InMemoryStore
{
    // Ids of classes outlive a rollback: that harms nobody.
    private readonly ClassIndex _classes = new();

    /// <inheritdoc/>
    public ValueTask<Page<Assignment>> FindAssignmentsAsync(AssignmentQuery query, CancellationToken ct = default) =>
        Looking(null, _ =>
        {
            var after = Paging.AfterGrant(query.After);
            var found = _state.Open.Values.Concat(_state.Ended.Values)
                .SelectMany(RecordsOf)
                .Where(a => (query.Agent is null || a.Agent == query.Agent)
                    && (query.TaskId is null || a.TaskId == query.TaskId)
                    && (query.Statuses.Count == 0 || query.Statuses.Contains(a.Status)))
                .OrderBy(a => a.TaskId).ThenBy(a => a.Epoch)
                .Where(a => after is not { } mark || (a.TaskId, a.Epoch).CompareTo(mark) > 0)
                .Take(query.Limit + 1);
            return Paging.PageOf([.. found], query.Limit, a => Paging.Mark(a.TaskId, a.Epoch));
        });

    /// <inheritdoc/>
    public ValueTask<TaskGuards?> GetGuardsAsync(long taskId, long? nowUs = null, CancellationToken ct = default) =>
        Looking(nowUs, now => _state.Find(taskId) is { } entry
            ? new TaskGuards(
                [.. entry.Kept.Select(WithPrincipal).OrderBy(k => k.Agent, StringComparer.Ordinal)],
                MembersOf(entry.Task),
                [.. FailersOf(entry, UnixTime.FromMicroseconds(now))],
                BreakerOf(new BreakerKey(BreakerScope.Task, TaskId: taskId)))
            : null);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueHead>> ListHeadsAsync(
        string? @namespace, int perClass, int limit, CancellationToken ct = default) =>
        Looking<IReadOnlyList<QueueHead>>(null, now =>
        {
            var heads = new List<QueueHead>();
            var ofClass = new Dictionary<int, int>();
            foreach (var entry in _state.InOrder())
            {
                if (heads.Count == limit)
                {
                    break;
                }

                if ((@namespace is null || entry.Task.Spec.Namespace == @namespace) && IsOpenByKey(entry, now))
                {
                    var head = HeadOf(entry);
                    ref var listed = ref CollectionsMarshal.GetValueRefOrAddDefault(ofClass, head.ClassId, out _);
                    if (listed < perClass)
                    {
                        listed++;
                        heads.Add(head);
                    }
                }
            }

            return heads;
        });

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RoutingCursor>> ListCursorsAsync(
        string @namespace, CancellationToken ct = default) =>
        Looking<IReadOnlyList<RoutingCursor>>(null, _ =>
        [
            .. _state.Cursors
                .Where(c => c.Key.Namespace == @namespace)
                .OrderBy(c => c.Key.Name, StringComparer.Ordinal)
                .Select(c => new RoutingCursor(@namespace, c.Key.Name, c.Value)),
        ]);

    private static IEnumerable<Assignment> RecordsOf(TaskEntry entry)
    {
        var ended = entry.Claims.Select(c => c.Record with { ErrorDetail = null });
        return entry.Claim is { } claim
            ? ended.Append(new Assignment(
                entry.Task.Id, entry.Task.Epoch, claim.Agent, claim.GrantedAt, null, claim.Status, null))
            : ended;
    }

    private KeptPair WithPrincipal(KeptPair kept) => kept with
    {
        Principal = kept.Cause == KeptCause.HandedOff ? _state.Agents[kept.Agent].Profile.Principal : null,
    };

    private QueueHead HeadOf(TaskEntry entry)
    {
        if (ReferenceEquals(entry.Seen.By, entry.Task))
        {
            return entry.Seen.Head;
        }

        var spec = entry.Task.Asks;
        var key = ClassKey.Of(entry.Task);
        var taskClass = _classes.TryGet(key, out var known) ? known : _classes.Add(key);
        var head = new QueueHead(
            entry.Task.Id, entry.Rank, entry.Task.AvailableAt.ToMicroseconds(), spec.Namespace, spec.Kind, spec.Step,
            taskClass.Id, key.Target);
        entry.Seen = (entry.Task, head);
        return head;
    }
}
