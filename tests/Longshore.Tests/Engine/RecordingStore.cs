using Longshore.Capabilities;
using Longshore.Events;
using Longshore.Storage;
using Longshore.Storage.InMemory;
using Longshore.Tasks;

namespace Longshore.Tests.Engine;

/// <summary>
/// A store in memory that shows what each hot transaction carried, can hold transactions back, and can fail on request.
/// </summary>
internal sealed class RecordingStore(StoreOptions? options = null) : IStore, ITaskStore
{
    private readonly InMemoryStore _inner = new(options);
    private readonly Lock _gate = new();
    private readonly List<Commit> _commits = [];
    private TaskCompletionSource? _hold;
    private int _arrived;

    /// <summary>What a transaction carried and what came of it.</summary>
    public sealed record Commit(
        IReadOnlyList<NewEvent> Events,
        IReadOnlyList<Finish> Finishes,
        IReadOnlyList<NewTask> Inserts,
        IReadOnlyList<Renewal> Renewals,
        IReadOnlyList<ClaimRequest> Claims,
        TaskBatchOutcome? Outcome)
    {
        public int Granted => Outcome?.Claims.Sum(c => c.Grants.Count) ?? 0;
    }

    public StoreInfo Info => _inner.Info;

    public ITaskStore Tasks => this;

    public IAgentStore Agents => _inner.Agents;

    public IRuleStore Rules => _inner.Rules;

    public IBreakerStore Breakers => _inner.Breakers;

    public IScheduleStore Schedules => _inner.Schedules;

    public IWorkflowStore Workflows => _inner.Workflows;

    public IHandoffStore Handoffs => _inner.Handoffs;

    public IHelpStore Help => _inner.Help;

    public IEventStore Events => _inner.Events;

    public ILeaseStore Leases => _inner.Leases;

    public INodeStore Nodes => BeatsFail ? throw new IOException("the store is out of reach") : _inner.Nodes;

    public IQueryStore Queries => field ??= CountedQueries.Around(_inner.Queries);

    public IHealthStore Health => _inner.Health;

    public InMemoryStore Inner => _inner;

    /// <summary>Decides of each transaction whether it fails.</summary>
    public Func<TaskBatch, bool> FailsOn { get; set; } = _ => false;

    /// <summary>Whether nodes cannot say that they are there.</summary>
    public bool BeatsFail { get; set; }

    /// <summary>How long each transaction takes.</summary>
    public Func<Task> Takes { get; set; } = () => Task.CompletedTask;

    /// <summary>What happens between a commit and its answer.</summary>
    public Action Returns { get; set; } = () => { };

    /// <summary>What was committed or failed, in order.</summary>
    public IReadOnlyList<Commit> Commits
    {
        get
        {
            lock (_gate)
            {
                return [.. _commits];
            }
        }
    }

    /// <summary>How many transactions have arrived, held back ones included.</summary>
    public int Arrived => Volatile.Read(ref _arrived);

    /// <summary>Holds transactions back from now on; disposing lets them go.</summary>
    public IDisposable HoldBack()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _hold = hold;
        return new Release(() =>
        {
            _hold = null;
            hold.TrySetResult();
        });
    }

    public async ValueTask<TaskBatchOutcome> CommitAsync(TaskBatch batch, CancellationToken ct = default)
    {
        Interlocked.Increment(ref _arrived);
        if (_hold is { } hold)
        {
            await hold.Task;
        }

        await Takes();
        if (FailsOn(batch))
        {
            Record(batch, null);
            throw new IOException("the disk is full");
        }

        var outcome = await _inner.Tasks.CommitAsync(batch, ct);
        Record(batch, outcome);
        Returns();
        return outcome;
    }

    public ValueTask<IReadOnlyList<ChangeOutcome>> EvictAsync(
        IReadOnlyList<long> taskIds, string actor, string? reason, long? nowUs = null,
        CancellationToken ct = default) => _inner.EvictAsync(taskIds, actor, reason, nowUs, ct);

    public ValueTask<IReadOnlyList<ChangeOutcome>> ReclassifyAsync(
        IReadOnlyList<long> taskIds, IReadOnlyList<Requirement> requires, string reason, long? nowUs = null,
        CancellationToken ct = default) => _inner.ReclassifyAsync(taskIds, requires, reason, nowUs, ct);

    public ValueTask<IReadOnlyList<ChangeOutcome>> ReprioritiseAsync(
        IReadOnlyList<long> taskIds, int priority, long? nowUs = null, CancellationToken ct = default) =>
        _inner.ReprioritiseAsync(taskIds, priority, nowUs, ct);

    public ValueTask<IReadOnlyList<ChangeOutcome>> CancelAsync(
        IReadOnlyList<long> taskIds, string? reason, long? nowUs = null, CancellationToken ct = default) =>
        _inner.Tasks.CancelAsync(taskIds, reason, nowUs, ct);

    public ValueTask<IReadOnlyList<ChangeOutcome>> RetryAsync(
        IReadOnlyList<long> taskIds, long? nowUs = null, CancellationToken ct = default) =>
        _inner.Tasks.RetryAsync(taskIds, nowUs, ct);

    public ValueTask<int> StageAsync(int limit, long? nowUs = null, CancellationToken ct = default) =>
        _inner.Tasks.StageAsync(limit, nowUs, ct);

    public ValueTask<IReadOnlyList<LostClaim>> RescueAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        _inner.Tasks.RescueAsync(limit, nowUs, ct);

    public ValueTask<IReadOnlyList<LostClaim>> ExpireAsync(
        int limit, long? nowUs = null, CancellationToken ct = default) =>
        _inner.Tasks.ExpireAsync(limit, nowUs, ct);

    public ValueTask<PruneOutcome> PruneAsync(PrunePlan plan, int limit, CancellationToken ct = default) =>
        _inner.Tasks.PruneAsync(plan, limit, ct);

    public ValueTask<RelaxOutcome> RelaxAsync(int limit, long? nowUs = null, CancellationToken ct = default) =>
        _inner.Tasks.RelaxAsync(limit, nowUs, ct);

    public ValueTask<int> SkipStepsAsync(
        StepSkip skip, int limit, long? nowUs = null, CancellationToken ct = default) =>
        _inner.Tasks.SkipStepsAsync(skip, limit, nowUs, ct);

    public ValueTask<long?> NextRelaxAsync(CancellationToken ct = default) => _inner.Tasks.NextRelaxAsync(ct);

    public ValueTask<long?> NextDueAsync(CancellationToken ct = default) => _inner.Tasks.NextDueAsync(ct);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private void Record(TaskBatch batch, TaskBatchOutcome? outcome)
    {
        lock (_gate)
        {
            _commits.Add(new Commit(
                [.. batch.Events],
                [.. batch.Finishes],
                [.. batch.Inserts],
                [.. batch.Renewals],
                [.. batch.Claims],
                outcome));
        }
    }

    private sealed class Release(Action action) : IDisposable
    {
        public void Dispose() => action();
    }
}
