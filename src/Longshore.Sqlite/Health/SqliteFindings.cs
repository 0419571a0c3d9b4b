using System.Globalization;
using Longshore.Storage;

namespace Longshore.Sqlite.Health;

/// <summary>What a number says about a database file. The limits are those of the operator's page.</summary>
internal static class SqliteFindings
{
    /// <summary>A larger file is not checked while the server runs: it would hold up the log's checkpoints.</summary>
    public const long CheckedBytesMax = 1L << 30;

    public static HealthFinding SchemaVersion(int found, int known) => found == known
        ? HealthFinding.Ok("schema_version", Text($"{found}"))
        : HealthFinding.Problem(
            "schema_version",
            Text($"{found}, this Longshore knows {known}"),
            "stop the server and start it again, so that it applies what is missing; if another program changed the "
            + "table migrations, restore a backup");

    public static HealthFinding Integrity(string? fault) => fault is null
        ? HealthFinding.Ok("integrity", "quick_check found nothing")
        : HealthFinding.Problem(
            "integrity",
            fault,
            "the file is damaged: stop the server, keep a copy, restore the latest backup, and look at the disk");

    public static HealthFinding IntegrityNotChecked(long bytes) => HealthFinding.Ok(
        "integrity",
        $"not checked while it runs, since the file has {Size(bytes)}; sqlite3 -readonly FILE 'pragma quick_check'");

    /// <summary>It grows when a reader keeps one snapshot for long, so that nothing can be moved out of it.</summary>
    public static HealthFinding WriteAheadLog(long bytes)
    {
        const string Advice = "a program keeps a transaction open on the file (a SQL prompt, a backup): end it, and "
            + "the log is used from its start again";
        return bytes switch
        {
            < 256L << 20 => HealthFinding.Ok("write_ahead_log", Size(bytes)),
            < 4L << 30 => HealthFinding.Warning("write_ahead_log", Size(bytes), Advice),
            _ => HealthFinding.Problem("write_ahead_log", Size(bytes), Advice),
        };
    }

    public static HealthFinding FreeDisk(long bytes)
    {
        const string Advice = "make room on the disk of the database, or shorten the retention: when it is full, "
            + "nothing is accepted any more";
        return bytes switch
        {
            >= 1L << 30 => HealthFinding.Ok("free_disk", Size(bytes)),
            >= 128L << 20 => HealthFinding.Warning("free_disk", Size(bytes), Advice),
            _ => HealthFinding.Problem("free_disk", Size(bytes), Advice),
        };
    }

    private static string Size(long bytes) => bytes < 1 << 20
        ? Text($"{bytes / 1024.0:0.#} KiB")
        : bytes < 1 << 30 ? Text($"{bytes / 1048576.0:0.#} MiB") : Text($"{bytes / 1073741824.0:0.#} GiB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
