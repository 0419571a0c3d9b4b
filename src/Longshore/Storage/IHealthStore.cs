namespace Longshore.Storage;

/// <summary>How a store is doing, for whoever operates it.</summary>
public interface IHealthStore
{
    /// <summary>
    /// Looks at what goes wrong with stores of this kind. Every store tells <c>schema_version</c> and
    /// <c>leadership</c>; the rest depends on the database. Takes up to a few seconds and is asked by people, or by a
    /// monitor once in a while. A finding that cannot be made is a finding too, never an exception, unless the store
    /// does not answer at all.
    /// </summary>
    ValueTask<IReadOnlyList<HealthFinding>> CheckAsync(long? nowUs = null, CancellationToken ct = default);
}

/// <summary>How much a finding matters.</summary>
public enum HealthLevel
{
    /// <summary>As it should be.</summary>
    Ok = 0,

    /// <summary>Works, and will cost something if it stays so.</summary>
    Warning = 1,

    /// <summary>Does not work as promised, or will soon not.</summary>
    Problem = 2,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What, in snake_case: <c>schema_version</c>, <c>dead_tuples</c>, ….</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Value">What was found, with its unit, for people.</param>
/// <param name="Advice">What to do about it; null exactly when there is nothing to do.</param>
public sealed record HealthFinding(string Name, HealthLevel Level, string Value, string? Advice = null)
{
    internal static HealthFinding Ok(string name, string value) => new(name, HealthLevel.Ok, value);

    internal static HealthFinding Warning(string name, string value, string advice) =>
        new(name, HealthLevel.Warning, value, advice);

    internal static HealthFinding Problem(string name, string value, string advice) =>
        new(name, HealthLevel.Problem, value, advice);
}
