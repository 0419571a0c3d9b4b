using System.Globalization;

namespace Longshore.Stores.Tests;

/// <summary>
/// How much the searching tests search: <c>LONGSHORE_TEST_SCALE</c> multiplies their counts (default 1),
/// <c>LONGSHORE_TEST_SEED</c> makes them search elsewhere (default: the same place each time).
/// </summary>
internal static class Scale
{
    private static readonly double Factor = double.Parse(
        Environment.GetEnvironmentVariable("LONGSHORE_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>Nothing was changed: the search is known to get everywhere.</summary>
    public static bool IsDefault { get; } = Environment.GetEnvironmentVariable("LONGSHORE_TEST_SCALE") is null
        && Environment.GetEnvironmentVariable("LONGSHORE_TEST_SEED") is null;

    public static ulong Seed { get; } = ulong.Parse(
        Environment.GetEnvironmentVariable("LONGSHORE_TEST_SEED") ?? "20300101", CultureInfo.InvariantCulture);

    public static int Of(int count) => Math.Max(1, (int)(count * Factor));
}
