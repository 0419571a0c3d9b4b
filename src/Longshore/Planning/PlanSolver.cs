using Longshore.Assignments;
using Longshore.Routing;
using Longshore.Routing.Batch;
using Longshore.Routing.Batch.Sized;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>A solution of a plan's problem. Sums are in millionths.</summary>
/// <param name="AgentOf">For each task its agent, or nobody.</param>
/// <param name="Value">The sum of the scores.</param>
/// <param name="Bound">What no plan exceeds; null when nothing was proved.</param>
/// <param name="Pairs">Pairs that may be.</param>
/// <param name="Worths">What one more place with each agent, and then each newcomer, adds; empty if unknown.</param>
internal sealed record SolvedPlan(int[] AgentOf, long Value, long? Bound, int Pairs, IReadOnlyList<long> Worths);

/// <summary>Solves a plan's problem until no two tasks of the solution exclude each other.</summary>
internal sealed class PlanSolver(PlanInput input)
{
    // Each round takes pairs away, and most plans need one; what is left over then is given to nobody.
    private const int RoundsMax = 16;

    // With more pairs than this, a few promising ones for each task lead to the same proof sooner.
    private const int AllPairsMax = 100_000;

    public SolvedPlan Solve(PlanMethod method, IReadOnlyList<Newcomer> newcomers)
    {
        var solved = SolveInRounds(method, newcomers);
        if (input.Sizing is null || method == PlanMethod.Greedy)
        {
            return solved;
        }

        // With sizes no method is sure to be the best; a simple one may be lucky.
        var simple = SolveInRounds(PlanMethod.Greedy, newcomers);
        return simple.Value > solved.Value ? simple with { Bound = solved.Bound } : solved;
    }

    private SolvedPlan SolveInRounds(PlanMethod method, IReadOnlyList<Newcomer> newcomers)
    {
        var whole = new PlanProblem(input, newcomers);
        var alone = whole.Alone.Sum(one => (long)one.Score);
        long? bound = null;
        for (var round = 1; ; round++)
        {
            var problem = whole.Build();
            var plan = Solve(method, problem);

            // What bounds the first problem bounds all others, which only have fewer pairs.
            bound ??= plan.Bound + alone;
            var wrong = WrongIn(plan.AgentOf);
            if (wrong.Count == 0 || round == RoundsMax)
            {
                wrong.ForEach(task => plan.AgentOf[task] = BatchPlan.Nobody);
                var value = Certificate.Value(problem, plan.AgentOf) + alone;
                whole.Alone.ForEach(one => plan.AgentOf[one.Task] = one.Agent);
                return new SolvedPlan(
                    plan.AgentOf, value, bound, whole.Pairs, bound == value ? WorthsOf(plan, problem, whole) : []);
            }

            wrong.ForEach(task => whole.KeepApart(task, plan.AgentOf[task]));
        }
    }

    private BatchPlan Solve(PlanMethod method, AssignmentProblem problem) => method switch
    {
        PlanMethod.Greedy => Greedy.Plan(problem),
        _ when problem.HasSizes => Generalised.Plan(problem),
        PlanMethod.Candidates => Optimal.PlanAmongCandidates(problem, input.Request.Candidates),
        _ when problem.ArcCount > AllPairsMax => Optimal.PlanWithCandidates(problem, input.Request.Candidates),
        _ => Optimal.Plan(problem),
    };

    private static long[] WorthsOf(BatchPlan plan, AssignmentProblem problem, PlanProblem whole)
    {
        if (plan.Prices is null)
        {
            return [];
        }

        var worths = new long[problem.Agents];
        for (var agent = 0; agent < worths.Length; agent++)
        {
            worths[agent] = plan.WorthOfOneMoreSlot(problem, agent);
        }

        // Beside a suspect there is no place, however many there were.
        whole.Alone.ForEach(one => worths[one.Agent] = 0);
        return worths;
    }

    /// <summary>
    /// Tasks whose agent may not have them beside an earlier task of the plan: another step of the item that the same
    /// agent or principal gets, or a second probe of a kind.
    /// </summary>
    private List<int> WrongIn(int[] agentOf)
    {
        var wrong = new List<int>();
        var members = new Dictionary<string, List<GroupMember>>(StringComparer.Ordinal);
        var probes = new HashSet<(int Agent, string Kind)>();
        for (var task = 0; task < agentOf.Length; task++)
        {
            if (agentOf[task] != BatchPlan.Nobody && !Fits(task, agentOf[task], members, probes))
            {
                wrong.Add(task);
            }
        }

        return wrong;
    }

    private bool Fits(
        int task, int agent, Dictionary<string, List<GroupMember>> members, HashSet<(int Agent, string Kind)> probes)
    {
        var (spec, profile) = (input.Tasks[task].Spec, input.Crowd[agent].Agent.Profile);
        if (input.Crowd[agent].GateAt(input.Now.ToMicroseconds(), spec.Kind) == BreakerGate.Probe
            && !probes.Add((agent, spec.Kind)))
        {
            return false;
        }

        if (spec.Group is not { } group)
        {
            return true;
        }

        if (!members.TryGetValue(group, out var others))
        {
            members.Add(group, others = []);
        }

        if (others.Exists(m => input.Rules.Exclusion.KeepsFrom(profile.Name, profile.Principal, spec.Step, m)))
        {
            return false;
        }

        others.Add(new GroupMember(input.Tasks[task].Id, spec.Step, profile.Name, profile.Principal, IsDone: false));
        return true;
    }
}
