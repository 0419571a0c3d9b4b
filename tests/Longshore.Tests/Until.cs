namespace Longshore.Tests;

/// <summary>Waits for conditions; never for time.</summary>
internal static class Until
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(15);

    /// <summary>Looks until the condition holds; fails when it does not come true.</summary>
    public static async Task Holds(Func<bool> condition, string what)
    {
        await Holds(() => Task.FromResult(condition()), what);
    }

    /// <summary>Looks until the condition holds; fails when it does not come true.</summary>
    public static async Task Holds(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Most)
            {
                throw new TimeoutException($"It did not happen: {what}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    /// <summary>Awaits something that should come soon.</summary>
    public static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(Most, TimeProvider.System);

    /// <summary>Awaits something that should come soon.</summary>
    public static Task Soon(Task task) => task.WaitAsync(Most, TimeProvider.System);
}
