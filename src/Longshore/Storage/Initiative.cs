using Longshore.Rules;

namespace Longshore.Storage;

/// <summary>Who may give out what, by the rules of its namespace.</summary>
internal static class Initiative
{
    /// <summary>The tasks of a kind and step are not paused, and their mode leaves them to this side.</summary>
    public static bool LeaveTo(this NamespaceRules rules, ClaimedBy by, string kind, string? step) =>
        rules.PausedSince(kind) is null && rules.ModeOf(kind, step) switch
        {
            AssignmentMode.Pool => by != ClaimedBy.Distributor,
            AssignmentMode.Auto => by != ClaimedBy.Agent,
            _ => by == ClaimedBy.Administrator,
        };
}
