using Longshore.Storage;

namespace Longshore.Engine;

/// <summary>Counts what the processor's loop does; read from any thread.</summary>
internal sealed class Tally
{
    private long _commits;
    private long _failedCommits;
    private long _commands;
    private long _inserted;
    private long _claimed;
    private long _finished;
    private long _failed;

    public void Add(Flight flight, TaskBatchOutcome outcome)
    {
        long inserted = 0, claimed = 0, finished = 0, failed = 0;
        foreach (var insert in outcome.Inserts)
        {
            inserted += insert.Status == InsertStatus.Inserted ? 1 : 0;
        }

        foreach (var claim in outcome.Claims)
        {
            claimed += claim.Grants.Count;
        }

        for (var i = 0; i < outcome.Finishes.Count; i++)
        {
            var accepted = outcome.Finishes[i].Status == ClaimWriteStatus.Accepted;
            finished += accepted ? 1 : 0;
            failed += accepted && flight.Batch.Finishes[i].Kind == FinishKind.Fail ? 1 : 0;
        }

        Interlocked.Add(ref _inserted, inserted);
        Interlocked.Add(ref _claimed, claimed);
        Interlocked.Add(ref _finished, finished);
        Interlocked.Add(ref _failed, failed);
        Interlocked.Add(ref _commands, flight.Commands);
        Interlocked.Increment(ref _commits);
    }

    public void AddFailure(Flight flight)
    {
        Interlocked.Add(ref _commands, flight.Commands);
        Interlocked.Increment(ref _failedCommits);
    }

    public EngineStatistics Snapshot(int waiting) => new(
        Interlocked.Read(ref _commits),
        Interlocked.Read(ref _failedCommits),
        Interlocked.Read(ref _commands),
        Interlocked.Read(ref _inserted),
        Interlocked.Read(ref _claimed),
        Interlocked.Read(ref _finished),
        Interlocked.Read(ref _failed),
        waiting);
}
