using System.Globalization;
using Longshore.Storage;

namespace Longshore.Postgres.Health;

/// <summary>What a number says about a PostgreSQL database. The limits are those of the operator's page.</summary>
internal static class PostgresFindings
{
    /// <summary>A table of fewer rows is read from end to end for good reasons.</summary>
    private const long SmallTable = 10_000;

    /// <summary>Tables that are only ever read by a key; the others are counted or walked now and then.</summary>
    private static readonly string[] ReadByKey =
        ["tasks", "codes", "insert_keys", "assignments", "deadlines", "agent_states"];

    public static HealthFinding SchemaVersion(long found, int known) => found == known
        ? HealthFinding.Ok("schema_version", Text($"{found}"))
        : HealthFinding.Problem(
            "schema_version",
            Text($"{found}, this Longshore knows {known}"),
            found > known
                ? "another node brought a newer schema: bring this node to the same version of Longshore"
                : "restart this node, so that it applies what is missing");

    public static HealthFinding OldestTransaction(double? seconds, string? who, long hidden)
    {
        const string Name = "oldest_transaction";
        const string Advice = "vacuum removes nothing that ended since it began, so claims become slower: end it "
            + "(select pg_terminate_backend(PID)), and see why the program keeps it open";
        var unseen = hidden == 0
            ? ""
            : Text($" ({hidden} sessions of other roles cannot be seen; grant pg_read_all_stats to see them)");
        return seconds is not { } age || age < 60 ? HealthFinding.Ok(Name, Text($"{seconds ?? 0:0.0} s{unseen}"))
            : age < 1800 ? HealthFinding.Warning(Name, Text($"{age:0} s: {who}{unseen}"), Advice)
            : HealthFinding.Problem(Name, Text($"{age:0} s: {who}{unseen}"), Advice);
    }

    public static HealthFinding DeadTuples(IReadOnlyList<TableFacts> tables, string autovacuum)
    {
        const string Name = "dead_tuples";
        var worst = tables.OrderByDescending(t => t.Dead).ThenBy(t => t.Name, StringComparer.Ordinal).ToList();
        var value = string.Join(", ", worst.Where(t => t.Dead > 0).Select(t => Text($"{t.Name} {t.Dead} of {All(t)}")));
        value = value.Length == 0 ? "none" : value;
        if (autovacuum != "on")
        {
            return HealthFinding.Problem(
                Name,
                value + "; autovacuum is off",
                "turn it on: alter system set autovacuum = on; select pg_reload_conf()");
        }

        const string Advice = "vacuum does not keep up: look at oldest_transaction first, then at autovacuum_naptime "
            + "and autovacuum_max_workers; by hand: vacuum (analyze) TABLE";
        return worst.Exists(t => t.Dead > 20_000_000 && t.Dead > t.Live) ? HealthFinding.Problem(Name, value, Advice)
            : worst.Exists(t => t.Dead > 2_000_000 && t.Dead > t.Live) ? HealthFinding.Warning(Name, value, Advice)
            : HealthFinding.Ok(Name, value);
    }

    public static HealthFinding IndexUse(
        IReadOnlyList<TableFacts> tables, IReadOnlyCollection<string> wanted, IReadOnlySet<string> usable)
    {
        const string Name = "index_use";
        var missing = wanted.Where(index => !usable.Contains(index)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            return HealthFinding.Problem(
                Name,
                $"missing or not valid: {string.Join(", ", missing)}",
                "make them again as Longshore's migrations do (reindex index NAME, when it is there but not valid)");
        }

        var scanned = tables.Where(t => t.Live >= SmallTable && t.Scans > t.IndexScans)
            .Where(t => ReadByKey.Contains(t.Name, StringComparer.Ordinal))
            .Select(t => Text($"{t.Name} ({t.Scans} of {t.Scans + t.IndexScans} reads)"))
            .ToList();
        var reads = tables.Sum(t => t.Scans + t.IndexScans);
        var share = reads == 0 ? 100 : 100.0 * tables.Sum(t => t.IndexScans) / reads;
        return scanned.Count == 0
            ? HealthFinding.Ok(Name, Text($"all {wanted.Count} indexes are valid; {share:0} % of reads go by one"))
            : HealthFinding.Warning(
                Name,
                $"read from end to end: {string.Join(", ", scanned)}",
                "the planner does not know the table: analyze TABLE; if it goes on, some program asks for what no "
                + "index answers");
    }

    public static HealthFinding Notifications(double usage)
    {
        const string Name = "notification_queue";
        const string Advice = "a session listens and does not read, most often in a transaction left open; when the "
            + "queue is full, transactions that notify fail: end the session (pg_stat_activity, idle in transaction)";
        var value = Text($"{100 * usage:0.##} % full");
        return usage < 0.1 ? HealthFinding.Ok(Name, value)
            : usage < 0.5 ? HealthFinding.Warning(Name, value, Advice)
            : HealthFinding.Problem(Name, value, Advice);
    }

    public static HealthFinding Connections(long count, long max)
    {
        const string Name = "connections";
        const string Advice = "raise max_connections, make the pools of the nodes smaller (Maximum Pool Size), or put "
            + "a pooler between (pooled=true)";
        var value = Text($"{count} of {max}");
        return count < 0.8 * max ? HealthFinding.Ok(Name, value)
            : count < 0.95 * max ? HealthFinding.Warning(Name, value, Advice)
            : HealthFinding.Problem(Name, value, Advice);
    }

    public static HealthFinding TransactionIds(long age)
    {
        const string Name = "transaction_ids";
        const string Advice = "vacuum does not freeze old rows: look at oldest_transaction and replication_slots; at "
            + "two billion the database stops accepting writes";
        var value = Text($"the oldest row that is not frozen is {age} transactions old");
        return age < 500_000_000 ? HealthFinding.Ok(Name, value)
            : age < 1_500_000_000 ? HealthFinding.Warning(Name, value, Advice)
            : HealthFinding.Problem(Name, value, Advice);
    }

    public static HealthFinding ReplicationSlots(long idle) => idle == 0
        ? HealthFinding.Ok("replication_slots", "none that nobody reads")
        : HealthFinding.Warning(
            "replication_slots",
            Text($"{idle} that nobody reads"),
            "each keeps the log, and may keep dead rows, until the disk is full: start its reader, or "
            + "select pg_drop_replication_slot(NAME)");

    public static HealthFinding Durability(string unsafeSettings) => unsafeSettings.Length == 0
        ? HealthFinding.Ok("durability", "an acknowledged write survives a power loss")
        : HealthFinding.Warning(
            "durability",
            $"{unsafeSettings} off",
            "an acknowledged write may be lost, and without fsync or full_page_writes the whole database: turn it on "
            + "unless these tasks may be lost");

    private static long All(TableFacts table) => table.Live + table.Dead;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
