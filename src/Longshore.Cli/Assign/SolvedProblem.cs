using System.Globalization;
using Longshore.Routing.Batch;
using Longshore.Routing.Batch.Sized;

namespace Longshore.Cli.Assign;

/// <summary>One problem's answer in the file's own terms; its members are the keys of <c>--json</c>.</summary>
internal sealed record SolvedProblem
{
    private const int NamedMax = 10;

    /// <summary>What the plan costs, or is worth with <c>--objective max</c>.</summary>
    public required long Value { get; init; }

    /// <summary>No plan is better than this.</summary>
    public required long Bound { get; init; }

    /// <summary>How far they are apart; 0 proves the value to be the best.</summary>
    public required long Gap { get; init; }

    /// <summary>Time to solve it, without reading the file.</summary>
    public required double Seconds { get; init; }

    /// <summary>For each task its agent, counted from 1, if asked for.</summary>
    public int[]? Plan { get; init; }

    public static SolvedProblem Of(AssignmentProblem problem, bool maximise, bool withPlan, string name)
    {
        var start = TimeProvider.System.GetTimestamp();
        var plan = problem.HasSizes ? Generalised.Plan(problem) : Optimal.Plan(problem);
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        if (plan.Bound is not { } bound)
        {
            throw new LongshoreException(ErrorCode.InvalidInput, name + Explain(problem, plan));
        }

        var sign = maximise ? 1 : -1;
        return new SolvedProblem
        {
            Value = sign * plan.Value,
            Bound = sign * bound,
            Gap = bound - plan.Value,
            Seconds = Math.Round(seconds, 6),
            Plan = withPlan ? [.. plan.AgentOf.Select(agent => agent + 1)] : null,
        };
    }

    private static string Explain(AssignmentProblem problem, BatchPlan plan)
    {
        var tasks = string.Join(", ", plan.Stranded.Take(NamedMax).Select(
            task => (task + 1).ToString(CultureInfo.InvariantCulture)));
        var more = plan.Stranded.Count > NamedMax
            ? string.Create(CultureInfo.InvariantCulture, $" and {plan.Stranded.Count - NamedMax} more")
            : "";
        return problem.HasSizes
            ? $"found no plan that assigns every task; without room: {tasks}{more}"
            : $"no plan assigns every task; together these have too few agents: {tasks}{more}";
    }
}

/// <summary>The answers to all problems of a file; those of a single one stand at the top as well.</summary>
internal sealed record SolvedFile(IReadOnlyList<SolvedProblem> Problems)
{
    public long? Value => Single?.Value;

    public long? Bound => Single?.Bound;

    public long? Gap => Single?.Gap;

    public double? Seconds => Single?.Seconds;

    private SolvedProblem? Single => Problems.Count == 1 ? Problems[0] : null;
}
