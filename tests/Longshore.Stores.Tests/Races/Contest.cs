using System.Collections.Concurrent;

namespace Longshore.Stores.Tests.Races;

/// <summary>Threads that meet at a barrier before every round and start it together.</summary>
internal static class Contest
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Runs <paramref name="rounds"/> rounds of <paramref name="entrants"/> threads. Between rounds, one of them does
    /// <paramref name="prepare"/> while the others wait; the number it is given is that of the round to come.
    /// </summary>
    public static async Task RunAsync(
        int entrants, int rounds, Func<int, Task> prepare, Func<int, int, Task> enter, CancellationToken ct)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token, patience.Token);
        var failures = new ConcurrentQueue<Exception>();
        var next = 0;
        using var barrier = new Barrier(entrants, _ => prepare(next++).GetAwaiter().GetResult());
        var threads = Enumerable.Range(0, entrants).Select(entrant => new Thread(() =>
        {
            try
            {
                for (var round = 0; round < rounds; round++)
                {
                    barrier.SignalAndWait(stop.Token);
                    enter(entrant, round).GetAwaiter().GetResult();
                }
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
                giveUp.Cancel();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        await Task.Run(() => threads.ForEach(thread => thread.Join()), CancellationToken.None);
        patience.IsCancellationRequested.ShouldBeFalse($"{rounds} rounds took longer than {Patience}");
        failures.Where(e => e is not OperationCanceledException).ShouldBeEmpty();
    }
}
