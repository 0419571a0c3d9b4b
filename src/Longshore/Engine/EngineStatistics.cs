namespace Longshore.Engine;

/// <summary>What a node has done since it started. Commits per task is the figure to watch.</summary>
/// <param name="Commits">Hot transactions sent to the store.</param>
/// <param name="FailedCommits">Those of them that failed.</param>
/// <param name="Commands">Commands carried by them: one for each call, however many tasks it names.</param>
/// <param name="Inserted">Tasks inserted.</param>
/// <param name="Claimed">Tasks granted.</param>
/// <param name="Finished">Claims ended by their holders.</param>
/// <param name="Failed">Those of them that ended as a failure.</param>
/// <param name="Waiting">Callers and handler hosts that wait for work now.</param>
public sealed record EngineStatistics(
    long Commits,
    long FailedCommits,
    long Commands,
    long Inserted,
    long Claimed,
    long Finished,
    long Failed,
    int Waiting);
