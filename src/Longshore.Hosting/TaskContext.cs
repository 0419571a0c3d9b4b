using Longshore.Client;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Hosting;

/// <summary>What a handler may know and say about the task it does.</summary>
public sealed class TaskContext
{
    private readonly TimeSpan _lease;

    internal TaskContext(Grant grant, ILongshoreClient client, TimeSpan lease, IServiceProvider services)
    {
        (Grant, Client, _lease, Services) = (grant, client, lease, services);
    }

    /// <summary>The task, as granted.</summary>
    public WorkTask Task => Grant.Task;

    /// <summary>Which try this is, from 1.</summary>
    public int Attempt => Task.Attempts;

    /// <summary>
    /// The fencing number of this grant. Task id and epoch together are an idempotency key for effects elsewhere (G3).
    /// </summary>
    public int Epoch => Grant.Epoch;

    /// <summary>To submit further tasks, for example.</summary>
    public ILongshoreClient Client { get; }

    /// <summary>The services of this attempt; they end with it.</summary>
    public IServiceProvider Services { get; }

    internal Grant Grant { get; }

    /// <summary>Says how far the work is, 0 to 1, and extends the lease.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.StaleClaim"/>: the task is no longer ours.</exception>
    public Task ReportProgressAsync(double progress, CancellationToken ct = default) =>
        Client.RenewAsync(new Renewal(Task.Id, Epoch, _lease, progress), ct);

    /// <summary>Extends the lease. The host does so by itself while the handler runs; this says it at once.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.StaleClaim"/>: the task is no longer ours.</exception>
    public Task HeartbeatAsync(CancellationToken ct = default) =>
        Client.RenewAsync(new Renewal(Task.Id, Epoch, _lease), ct);
}
