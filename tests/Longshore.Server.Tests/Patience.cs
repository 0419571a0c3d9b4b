namespace Longshore.Server.Tests;

/// <summary>
/// Waiting for what other processes and threads do: always for a condition, never for longer than stated.
/// </summary>
internal static class Patience
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until the condition holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan atMost, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(atMost, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        while (!await condition())
        {
            await Task.Delay(Moment, TimeProvider.System, either.Token);
        }
    }
}
