using Longshore.Routing;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>
/// Plans what waits in a namespace and makes the offers, some hundred in one step of the store. The store asks for each
/// pair anew; what it refuses, and what nobody had a place for, is there for the next plan.
/// </summary>
internal sealed class StandingPlan(IStore store, Func<DateTimeOffset> clock)
{
    // A proof over this many pairs takes about half a second, and one over a million up to several, in which agents
    // would stand idle; among candidates the plan is there sooner and hardly worse.
    internal const int ProvenPairsMax = 250_000;

    // Agents are locked while offers are made to them, and others wait for the store meanwhile.
    private const int OffersAtOnce = 200;

    private readonly StandingReader _reader = new(store, clock);

    /// <summary>Plans once; null when there is nothing to plan.</summary>
    /// <param name="namespace">Which namespace.</param>
    /// <param name="rules">Its rules.</param>
    /// <param name="apart">Pairs that were refused a moment ago.</param>
    /// <param name="onPlaced">Is told of each offer, or refusal, as soon as it is made.</param>
    /// <param name="ct">Ends it; what is committed stays.</param>
    public async Task<StandingOutcome?> PlaceAsync(
        string @namespace, NamespaceRules rules, IReadOnlySet<(long TaskId, string Agent)> apart,
        Action<PlacedTask>? onPlaced, CancellationToken ct)
    {
        if (await _reader.ReadAsync(@namespace, rules, apart, ct).ConfigureAwait(false) is not { } read)
        {
            return null;
        }

        var method = rules.PlanMethod == PlanMethod.Optimal && read.Pairs > ProvenPairsMax
            ? PlanMethod.Candidates
            : rules.PlanMethod;
        var (input, agentOf) = (read.Input, new PlanSolver(read.Input).Solve(method, []).AgentOf);
        var placed = new List<PlacedTask>();
        foreach (var tasks in Enumerable.Range(0, agentOf.Length).Where(i => agentOf[i] >= 0).Chunk(OffersAtOnce))
        {
            var batch = new TaskBatch();
            batch.Claims.AddRange(tasks.Select(i => OfferOf(input, i, agentOf[i])));
            var answers = (await store.Tasks.CommitAsync(batch, ct).ConfigureAwait(false)).Claims;
            for (var i = 0; i < tasks.Length; i++)
            {
                placed.Add(new PlacedTask(input.Tasks[tasks[i]], batch.Claims[i].Agent, answers[i]));
                onPlaced?.Invoke(placed[^1]);
            }
        }

        return new StandingOutcome(method, input.Tasks.Count, read.Pairs, placed);
    }

    private static ClaimRequest OfferOf(PlanInput input, int task, int agent) => new()
    {
        Agent = input.Crowd[agent].Agent.Name,
        TaskIds = [input.Tasks[task].Id],
        Offer = input.Rules.OfferTimeoutOf(input.Tasks[task].Spec.Kind, input.Tasks[task].Spec.Step),
        By = ClaimedBy.Distributor,
    };
}

/// <summary>What a standing plan came to.</summary>
/// <param name="Method">How it was found.</param>
/// <param name="Tasks">Tasks it was made for.</param>
/// <param name="Pairs">Pairs of a task and an agent that may have it.</param>
/// <param name="Placed">Whom it gave what, and what the store said.</param>
internal sealed record StandingOutcome(
    PlanMethod Method, int Tasks, long Pairs, IReadOnlyList<PlacedTask> Placed);

/// <summary>A task that a standing plan gave to an agent.</summary>
/// <param name="Task">The task as it was planned.</param>
/// <param name="Agent">Who should have it.</param>
/// <param name="Answer">What the store said: the offer, or why there is none.</param>
internal sealed record PlacedTask(WorkTask Task, string Agent, ClaimOutcome Answer)
{
    /// <summary>The offer; null when the store refused it.</summary>
    public Grant? Offer => Answer.Grants is [var grant, ..] ? grant : null;
}
