using System.Globalization;

namespace Longshore.Storage;

/// <summary>A lease as the store keeps it.</summary>
/// <param name="Name">What it is the lead of.</param>
/// <param name="Holder">Who holds it, or held it last.</param>
/// <param name="Epoch">Which holder that is.</param>
/// <param name="UntilUs">Until when.</param>
internal sealed record LeaseRow(string Name, string Holder, long Epoch, long UntilUs);

/// <summary>The finding <c>leadership</c>, the same for every store.</summary>
internal static class LeadershipFinding
{
    private const string Name = "leadership";

    /// <summary>Somebody must lead: otherwise nothing deferred, lost or expired moves on.</summary>
    public static HealthFinding Of(IReadOnlyList<LeaseRow> leases, long nowUs)
    {
        var held = leases.Where(lease => lease.UntilUs > nowUs).Select(lease => Show(lease, nowUs)).ToList();
        return held.Count > 0
            ? HealthFinding.Ok(Name, string.Join("; ", held))
            : HealthFinding.Problem(
                Name,
                "no node leads",
                "deferred and lost tasks stay where they are: start a node, or look in the nodes' logs for why none "
                + "takes the lead");
    }

    private static string Show(LeaseRow lease, long nowUs) => string.Create(
        CultureInfo.InvariantCulture,
        $"{lease.Name}: {lease.Holder} (epoch {lease.Epoch}, {(lease.UntilUs - nowUs) / 1e6:0.0} s left)");
}
