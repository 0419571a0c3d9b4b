using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Explain;
using Longshore.Storage;

namespace Longshore.Planning;

/// <summary>An agent that is not there: with what some tasks require, and nothing to show for itself.</summary>
internal sealed class Newcomer
{
    /// <summary>Most that are imagined in one plan.</summary>
    private const int Max = 20;

    /// <summary>What an agent without a record is worth.</summary>
    public static readonly double Performance = AgentRecord.Empty.Score;

    private readonly Candidate _candidate;

    private Newcomer(IReadOnlyList<Requirement> requires, PlanInput input)
    {
        Requires = requires;
        var registration = new AgentRegistration
        {
            Name = "newcomer",
            Namespaces = [input.Request.Namespace],
            Capabilities = [.. requires.Select(r => new Capability(r.Name, r.MinLevel))],
        };
        _candidate = new Candidate(
            new Agent { Id = 0, Profile = registration, LastSeen = input.Now },
            new Dictionary<string, Assignments.Breaker>(StringComparer.Ordinal),
            false,
            input.Now);
    }

    /// <summary>What it can do.</summary>
    public IReadOnlyList<Requirement> Requires { get; }

    /// <summary>One for each sort of requirement, those of the most tasks first.</summary>
    public static IReadOnlyList<Newcomer> For(PlanInput input) =>
    [
        .. input.Tasks
            .GroupBy(task => string.Join(',', task.Asks.Requires), StringComparer.Ordinal)
            .OrderByDescending(alike => alike.Count()).ThenBy(alike => alike.Key, StringComparer.Ordinal)
            .Take(Max)
            .Select(alike => new Newcomer(alike.First().Asks.Requires, input)),
    ];

    /// <summary>The part of a task's requirements it meets; null when it could not have the task.</summary>
    public double? MatchOf(PlanInput input, int task)
    {
        var one = input.Tasks[task];
        var eligibility = new Eligibility(input.Rules.InPool(), TaskGuards.None, [], input.Store, input.Now);
        var match = _candidate.Usable.MatchScore(one.Asks.Requires, one.Spec.Match);
        return match >= input.Request.MinimumMatch && eligibility.Find(one, _candidate, []) == Obstacle.None
            ? match
            : null;
    }
}
