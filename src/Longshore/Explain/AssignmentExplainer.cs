using Longshore.Agents;
using Longshore.Matching;
using Longshore.Routing;
using Longshore.Routing.Strategies;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Explain;

/// <summary>Explains whom a strategy prefers for a task, over everybody who may have it.</summary>
internal sealed class AssignmentExplainer(IStore store, Func<DateTimeOffset> clock)
{
    private const int Seed = 0;

    /// <summary>So many classes of what waits are counted where breadth decides.</summary>
    private const int ClassesMax = 200;

    /// <summary>Null when there is no such task.</summary>
    public async Task<AssignmentExplanation?> ExplainAsync(long id, CancellationToken ct)
    {
        var now = clock();
        var task = await store.Queries.GetTaskAsync(id, ct).ConfigureAwait(false);
        var guards = await store.Queries.GetGuardsAsync(id, now.ToMicroseconds(), ct).ConfigureAwait(false);
        if (task is null || guards is null)
        {
            return null;
        }

        var rules = await store.Rules.GetAsync(task.Spec.Namespace, ct).ConfigureAwait(false);
        var crowd = await new Crowd(store).ReadAsync(now, ct).ConfigureAwait(false);
        var holder = task.State is TaskState.Assigned or TaskState.InProgress or TaskState.Blocked ? task.Agent : null;
        var may = Able(task, crowd, new Eligibility(rules.InPool(), guards, [], store.Info, now), holder);
        var strategy = rules.StrategyOf(task.Spec.Kind, task.Spec.Step);
        var others = strategy == RoutingStrategy.SpecialistsFirst
            ? await OthersAsync(task, ct).ConfigureAwait(false)
            : [];
        return new AssignmentExplanation
        {
            TaskId = id,
            Strategy = strategy,
            Holder = holder,
            Candidates = Rank(
                task.Asks, may, others, RoutingStrategies.Of(strategy, rules.CapacityWeight), now,
                store.Info.ReputationHalfLife),
        };
    }

    /// <summary>Who may have it, room apart; its holder has shown that he may.</summary>
    private static List<Candidate> Able(
        WorkTask task, IReadOnlyList<Candidate> crowd, Eligibility eligibility, string? holder)
    {
        var asReady = task with { State = TaskState.Created, DeferredUntil = null };
        return [.. crowd.Where(c => c.Agent.Name == holder
            || eligibility.Find(asReady, c, crowd) is Obstacle.None or Obstacle.AtCapacity)];
    }

    /// <summary>The other classes of which something waits for the distributor.</summary>
    private async Task<List<TaskClass>> OthersAsync(WorkTask task, CancellationToken ct)
    {
        var rules = await store.Rules.ListAsync(ct).ConfigureAwait(false);
        var heads = await store.Queries.ListHeadsAsync(null, perClass: 1, ClassesMax, ct).ConfigureAwait(false);
        var theirs = heads.Where(head => rules.TryGetValue(head.Namespace, out var of) && of.PlansEvery is null
            && of.LeaveTo(ClaimedBy.Distributor, head.Kind, head.Step));
        var tasks = await store.Queries.GetTasksAsync([.. theirs.Select(head => head.TaskId)], ct)
            .ConfigureAwait(false);
        return [.. tasks.Select(ClassKey.Of).Distinct()
            .Where(key => !key.Equals(ClassKey.Of(task)))
            .Select(key => new TaskClass(0, key))];
    }

    private static List<CandidateScore> Rank(
        NewTask spec, List<Candidate> may, List<TaskClass> others, IRoutingStrategy rule, DateTimeOffset now,
        TimeSpan halfLife)
    {
        var board = new AgentBoard();
        foreach (var candidate in may)
        {
            board.Put(new AgentFacts
            {
                Name = candidate.Agent.Name,

                // Everybody is compared, those without room as well: one more place for each, already taken.
                MaxConcurrent = candidate.Agent.Profile.MaxConcurrent
                    + (candidate.Agent.Load >= candidate.Agent.Profile.MaxConcurrent ? 1 : 0),
                IsOnline = candidate.Agent.Mode == AgentMode.Available,
                Score = candidate.Agent.Supplied,
                Load = candidate.Agent.Load,
                Record = candidate.Agent.Record.At(now.ToMicroseconds(), halfLife),
                FailuresInRow = candidate.FailuresInRow,
            });
        }

        var eligible = board.AddClass(spec.Requires);
        foreach (var candidate in may)
        {
            eligible.Add(
                board.SlotOf(candidate.Agent.Name), candidate.Usable.MatchScore(spec.Requires, spec.Match));
        }

        foreach (var other in others)
        {
            var able = board.AddClass();
            foreach (var candidate in may.Where(one => other.Admits(one.Agent.Profile, one.Usable)))
            {
                able.Add(board.SlotOf(candidate.Agent.Name));
            }
        }

        var choice = new Choice(board, eligible, new RouteCursor(), new Random(Seed)) { NowUs = now.ToMicroseconds() };
        return [.. Router.Explain(rule, choice, Router.Choose(rule, choice)).Select(p => new CandidateScore(
            p.Agent, p.Match, p.Performance, p.FreeLoad, p.FailuresInRow, p.Total))];
    }
}
