using Longshore.Engine;
using Longshore.Engine.Distribution;
using Longshore.Engine.Maintenance;
using Longshore.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longshore.Simulation;

/// <summary>What makes offers where agents do not take the work themselves.</summary>
internal interface IDesk : IDisposable
{
    /// <summary>Makes the offers that can be made now.</summary>
    IReadOnlyList<Grant> Look();
}

/// <summary>The engine's own distributor, which looks whenever it is told to instead of in its own time.</summary>
internal sealed class OfferDesk : IDesk
{
    private readonly Distributor _distributor;
    private readonly List<Grant> _made = [];

    public OfferDesk(IStore store, VirtualClock clock, int seed)
    {
        var options = new EngineOptions { Clock = clock, Seed = seed };
        var leadership = new Leadership(
            store.Leases, options.NodeName, options.LeadershipTerm, clock, NullLogger.Instance);
        _distributor = new Distributor(
            store, leadership, options, new StoreTime(clock), new DistributionTally(), _made.Add,
            lost => OnExpired?.Invoke(lost), NullLogger.Instance);
    }

    /// <summary>The distributor found deadlines that passed.</summary>
    public Action<IReadOnlyList<LostClaim>>? OnExpired { get; init; }

    public IReadOnlyList<Grant> Look()
    {
        _made.Clear();
        _distributor.DoDueAsync(() => true, CancellationToken.None).AtOnce();
        return _made;
    }

    public void Dispose() => _distributor.Dispose();
}
