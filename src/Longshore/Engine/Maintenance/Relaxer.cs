using Longshore.Explain;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Engine.Maintenance;

/// <summary>
/// Lets the requirements of tasks relax: by a timer for the next step that is due, and past steps that nobody present
/// could meet as soon as somebody present could meet a later one. While no task has a step left, it asks for no more
/// than that.
/// </summary>
internal sealed class Relaxer(
    IStore store,
    Leadership leadership,
    EngineOptions options,
    StoreTime time,
    Func<TimeSpan> pauseMax,
    Action<int> onReady,
    ILogger logger)
    : Duty(leadership, options.Clock, logger)
{
    // How long the store's word about agents is good enough while tasks keep coming.
    private const long CrowdAgeMaxUs = 250_000;

    private IReadOnlyList<Candidate> _crowd = [];
    private long _crowdUs;
    private volatile bool _isCrowdOld = true;
    private volatile bool _hasSteps;

    protected override string Name => "The relaxer";

    /// <summary>A task that has steps was submitted, here or elsewhere.</summary>
    public void Expect(long dueUs)
    {
        if (dueUs <= time.NowUs + StoreTime.Grain.ToMicroseconds())
        {
            Poke();
        }
    }

    /// <summary>An agent came, went or changed: others may be able now, or nobody.</summary>
    public void Notice()
    {
        _isCrowdOld = true;
        if (_hasSteps)
        {
            Poke();
        }
    }

    protected override async ValueTask<bool> StepAsync(CancellationToken ct)
    {
        var nextUs = await store.Tasks.NextRelaxAsync(ct).ConfigureAwait(false);
        _hasSteps = nextUs is not null;
        if (!_hasSteps)
        {
            return false;
        }

        var due = await store.Tasks.RelaxAsync(options.MaintenanceBatch, ct: ct).ConfigureAwait(false);
        var (skipped, hasMore) = await SkipAsync(ct).ConfigureAwait(false);
        if (due.Changed + skipped > 0)
        {
            onReady(due.Changed + skipped);
        }

        return due.Looked == options.MaintenanceBatch || hasMore;
    }

    protected override async ValueTask<TimeSpan> PauseAsync(CancellationToken ct)
    {
        // Agents fall silent without a word to this node.
        _isCrowdOld = true;
        var nextUs = await store.Tasks.NextRelaxAsync(ct).ConfigureAwait(false);
        _hasSteps = nextUs is not null;
        var most = pauseMax();
        if (nextUs is not { } us)
        {
            return most;
        }

        most = options.UnroutableInterval < most ? options.UnroutableInterval : most;
        return time.PauseUntil(us, StoreTime.Grain, most);
    }

    /// <summary>Answers how many tasks skipped a step, and whether there may be more.</summary>
    private async Task<(int Skipped, bool HasMore)> SkipAsync(CancellationToken ct)
    {
        var groups = await store.Queries.ListRelaxingAsync(Limits.BatchMax, ct).ConfigureAwait(false);
        if (groups.Count == 0)
        {
            return (0, false);
        }

        var skipped = 0;
        var hasMore = false;
        var present = await PresentAsync(ct).ConfigureAwait(false);
        foreach (var group in groups)
        {
            if (await present.SkipOfAsync(store, group, ct).ConfigureAwait(false) is { } skip)
            {
                var taken = await store.Tasks.SkipStepsAsync(skip, options.MaintenanceBatch, ct: ct)
                    .ConfigureAwait(false);
                skipped += taken;
                hasMore |= taken == options.MaintenanceBatch;
            }
        }

        return (skipped, hasMore);
    }

    private async Task<PresentCrowd> PresentAsync(CancellationToken ct)
    {
        if (_isCrowdOld || time.NowUs - _crowdUs > CrowdAgeMaxUs)
        {
            _isCrowdOld = false;
            _crowd = await new Crowd(store).ReadAsync(time.Now, ct).ConfigureAwait(false);
            _crowdUs = time.NowUs;
        }

        return new PresentCrowd(_crowd, store.Info.HeartbeatTimeout, time.Now);
    }
}
