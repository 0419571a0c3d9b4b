using Longshore.Routing;
using Longshore.Storage;

namespace Longshore.Engine.Distribution;

/// <summary>The offers that one commit of the distributor makes, and where its rounds stand then.</summary>
internal sealed class Offers
{
    /// <summary>Most offers in one commit.</summary>
    public const int Max = 200;

    private readonly List<Pending> _pending = [];
    private readonly Dictionary<(string Namespace, string Name), RouteCursor> _cursors = [];

    public bool IsFull => _pending.Count >= Max;

    public IReadOnlyList<Pending> All => _pending;

    public void Add(Pending offer) => _pending.Add(offer);

    public void Moved(string @namespace, string name, RouteCursor cursor) => _cursors[(@namespace, name)] = cursor;

    public TaskBatch ToBatch()
    {
        var batch = new TaskBatch();
        batch.Claims.AddRange(_pending.Select(offer => new ClaimRequest
        {
            Agent = offer.Agent,
            TaskIds = [offer.Head.TaskId],
            Offer = offer.Stands,
            By = ClaimedBy.Distributor,
        }));
        batch.Cursors.AddRange(_cursors
            .Where(c => c.Value.LastAgent is not null)
            .Select(c => new RoutingCursor(c.Key.Namespace, c.Key.Name, c.Value.LastAgent!)));
        return batch;
    }

    /// <summary>An offer on its way.</summary>
    /// <param name="Head">The task.</param>
    /// <param name="Agent">To whom.</param>
    /// <param name="Slot">The agent's slot on the board.</param>
    /// <param name="Stands">For how long.</param>
    internal sealed record Pending(QueueHead Head, string Agent, int Slot, TimeSpan Stands);
}
