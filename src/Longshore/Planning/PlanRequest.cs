using Longshore.Routing;
using Longshore.Tasks;

namespace Longshore.Planning;

/// <summary>What to plan: which tasks of a namespace, and how. Nothing is given out by planning.</summary>
public sealed record PlanRequest
{
    /// <summary>Of this namespace; agents that work in it are planned for.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>How.</summary>
    public PlanMethod Method { get; init; } = PlanMethod.Optimal;

    /// <summary>
    /// At most so many tasks, the most urgent, 1 to <see cref="Limits.BatchMax"/>. Source 000 takes a hundred (S0.94).
    /// </summary>
    public int Limit { get; init; } = 100;

    /// <summary>Only these kinds; empty means any.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>At least this priority.</summary>
    public int? MinPriority { get; init; }

    /// <summary>Exactly the tasks with these codes; what cannot be given out of them is among the unassigned.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];

    /// <summary>
    /// The part of a task's requirements that its agent must meet, 0 to 1 (S0.99). Comes on top of the task's own rule,
    /// which always holds: a task that must be matched in full is not given to half a match.
    /// </summary>
    public double MinimumMatch { get; init; } = 0.5;

    /// <summary>
    /// With <see cref="PlanMethod.Candidates"/>: how many agents are weighed for each task, 1 to
    /// <see cref="Limits.AgentListMax"/>.
    /// </summary>
    public int Candidates { get; init; } = 32;

    /// <summary>
    /// Tasks take more or less of a budget that each agent has for this plan; null: every task takes one place, and
    /// nothing else counts. Not with <see cref="PlanMethod.Candidates"/>.
    /// </summary>
    public PlanSizes? Sizes { get; init; }

    /// <summary>
    /// Also tell what one more place with an agent, and one more agent with the capabilities of a sort of task, would
    /// add. Only a proven plan can tell. Not with <see cref="Sizes"/>.
    /// </summary>
    public bool Prices { get; init; }

    /// <summary>Checks the request.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>.</exception>
    internal PlanRequest Checked()
    {
        TaskValidation.Word(Namespace, "namespace");
        if (!Enum.IsDefined(Method))
        {
            throw LongshoreException.Invalid("method", "is none of greedy, optimal, candidates");
        }

        TaskValidation.Range(Limit, 1, Limits.BatchMax, "limit");
        TaskValidation.Range(Kinds.Count, 0, Limits.AgentListMax, "kinds.length");
        TaskValidation.Range(Codes.Count, 0, Limits.BatchMax, "codes.length");
        TaskValidation.Range(Candidates, 1, Limits.AgentListMax, "candidates");
        TaskValidation.Unit(MinimumMatch, "minimum_match");
        if (MinPriority is { } least)
        {
            TaskValidation.Range(least, 0, Limits.PriorityMax, "min_priority");
        }

        CheckSizes();
        foreach (var kind in Kinds)
        {
            TaskValidation.Word(kind, "kinds");
        }

        foreach (var code in Codes)
        {
            TaskValidation.Word(code, "codes");
        }

        return this;
    }

    private void CheckSizes()
    {
        Sizes?.Check();
        if (Sizes is not null && Method == PlanMethod.Candidates)
        {
            throw LongshoreException.Invalid(
                "method", "cannot be candidates in a plan with sizes; take optimal or greedy");
        }

        if (Sizes is not null && Prices)
        {
            throw LongshoreException.Invalid("prices", "are not known for a plan with sizes");
        }
    }
}
