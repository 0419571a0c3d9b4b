using System.Diagnostics;

namespace Longshore.Simulation;

/// <summary>A store in memory answers at once, and so does all that only asks it.</summary>
internal static class Instantly
{
    public static T AtOnce<T>(this ValueTask<T> answer) => answer.IsCompletedSuccessfully
        ? answer.Result
        : answer.IsFaulted ? answer.AsTask().GetAwaiter().GetResult() : throw new UnreachableException();
}
