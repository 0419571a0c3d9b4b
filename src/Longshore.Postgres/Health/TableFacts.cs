namespace Longshore.Postgres.Health;

/// <summary>What the database counts of one of our tables.</summary>
/// <param name="Name">The table.</param>
/// <param name="Live">Rows, about.</param>
/// <param name="Dead">Dead rows that vacuum has not removed yet, about.</param>
/// <param name="Scans">How often it was read from end to end.</param>
/// <param name="IndexScans">How often an index was used.</param>
internal sealed record TableFacts(string Name, long Live, long Dead, long Scans, long IndexScans);

/// <summary>What the database says of itself.</summary>
/// <param name="NotificationQueue">How full the queue of notifications is, 0 to 1.</param>
/// <param name="Connections">Client connections.</param>
/// <param name="ConnectionsMax">How many are allowed.</param>
/// <param name="TransactionAge">Age of the oldest row that is not frozen, in transactions.</param>
/// <param name="IdleSlots">Replication slots that nobody reads.</param>
/// <param name="Autovacuum">on or off.</param>
/// <param name="UnsafeSettings">Settings that trade durability for speed; empty when there is none.</param>
internal sealed record ServerFacts(
    double NotificationQueue,
    long Connections,
    long ConnectionsMax,
    long TransactionAge,
    long IdleSlots,
    string Autovacuum,
    string UnsafeSettings);
