using System.Globalization;
using Longshore.Storage;

namespace Longshore.Engine;

/// <summary>What the list of nodes says: who is there, who fell silent, and how they learn of work.</summary>
internal static class NodeFindings
{
    /// <summary>A node says that it is there every few seconds.</summary>
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The finding <c>nodes</c>. Whoever was heard of last tells the time, by the store's clock: nodes' clocks differ.
    /// </summary>
    public static HealthFinding Nodes(IReadOnlyList<NodeRecord> nodes)
    {
        const string Name = "nodes";
        if (nodes.Count == 0)
        {
            return HealthFinding.Ok(Name, "none has said that it is there");
        }

        var nowUs = nodes.Max(node => node.HeardUs);
        var value = string.Join(", ", nodes.Select(node => Show(node, nowUs)));
        if (nodes.FirstOrDefault(node => IsSilent(node, nowUs)) is { } silent)
        {
            return HealthFinding.Warning(
                Name,
                value,
                $"{silent.Name} crashed, hangs, or cannot reach the store; what it held comes back when the leases run "
                + "out: start it again, or look into its log");
        }

        return nodes.Select(node => node.Version).Distinct(StringComparer.Ordinal).Count() > 1
            ? HealthFinding.Warning(
                Name, value, "they run different versions of Longshore: finish the upgrade")
            : HealthFinding.Ok(Name, value);
    }

    /// <summary>The finding <c>mode</c> of one node.</summary>
    public static HealthFinding Mode(string? mode) => mode switch
    {
        null => HealthFinding.Ok("mode", "not known: this node has not said yet that it is there"),
        "event_driven_only" => HealthFinding.Warning(
            "mode", mode, "a notification that is lost is not noticed; hybrid also looks from time to time"),
        "polling_only" => HealthFinding.Warning(
            "mode", mode, "work of other nodes starts seconds later than with hybrid, and idle nodes ask more"),
        _ => HealthFinding.Ok("mode", mode),
    };

    private static bool IsSilent(NodeRecord node, long nowUs) =>
        nowUs - node.HeardUs > SilentAfter.TotalMicroseconds;

    private static string Show(NodeRecord node, long nowUs)
    {
        var silent = IsSilent(node, nowUs)
            ? string.Create(CultureInfo.InvariantCulture, $", silent for {(nowUs - node.HeardUs) / 1_000_000} s")
            : "";
        return $"{node.Name} ({node.Version}, {node.Mode}{silent})";
    }
}
