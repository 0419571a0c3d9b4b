#pragma warning disable MA0025, CS1591, IDE0005
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Sqlite;

public sealed partial class SqliteStore
{
    public ValueTask<IReadOnlyList<ChangeOutcome>> EvictAsync(IReadOnlyList<long> taskIds, string actor, string? reason, long? nowUs = null, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<IReadOnlyList<ChangeOutcome>> ReclassifyAsync(IReadOnlyList<long> taskIds, IReadOnlyList<Requirement> requires, string reason, long? nowUs = null, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<bool> SetAvailabilityAsync(string name, IReadOnlyList<string> unavailable, long? nowUs = null, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<bool> AuthoriseAsync(string name, IReadOnlyList<string>? capabilities, long? nowUs = null, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<NamespaceRules> GetAsync(string @namespace, CancellationToken ct = default) => throw new NotImplementedException();
    ValueTask<IReadOnlyDictionary<string, NamespaceRules>> IRuleStore.ListAsync(CancellationToken ct) => throw new NotImplementedException();
    public ValueTask<NamespaceRules?> SetAsync(string @namespace, NamespaceRules rules, long? expectedVersion = null, long? nowUs = null, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<IReadOnlyList<Breaker>> ListAsync(string? agent = null, bool openOnly = false, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<bool> ResetAsync(BreakerKey key, string actor, string? reason, long? nowUs = null, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<int> CleanAsync(long failedBeforeUs, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<Page<Assignment>> FindAssignmentsAsync(AssignmentQuery query, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<TaskGuards?> GetGuardsAsync(long taskId, long? nowUs = null, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<IReadOnlyList<QueueHead>> ListHeadsAsync(string? @namespace, int perClass, int limit, CancellationToken ct = default) => throw new NotImplementedException();
    public ValueTask<IReadOnlyList<RoutingCursor>> ListCursorsAsync(string @namespace, CancellationToken ct = default) => throw new NotImplementedException();
}
