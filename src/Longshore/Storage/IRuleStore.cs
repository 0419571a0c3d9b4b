using Longshore.Rules;

namespace Longshore.Storage;

/// <summary>What operators decided about namespaces.</summary>
public interface IRuleStore
{
    /// <summary>The rules of a namespace; <see cref="NamespaceRules.Default"/> when nothing was decided.</summary>
    ValueTask<NamespaceRules> GetAsync(string @namespace, CancellationToken ct = default);

    /// <summary>Everything that was decided, by namespace.</summary>
    ValueTask<IReadOnlyDictionary<string, NamespaceRules>> ListAsync(CancellationToken ct = default);

    /// <summary>How the limits of a namespace stand, the namespace's own first, then by kind.</summary>
    ValueTask<IReadOnlyList<LimitStatus>> LimitsAsync(string @namespace, CancellationToken ct = default);

    /// <summary>
    /// Replaces the rules of a namespace. Answers them with their new version, or null when
    /// <paramref name="expectedVersion"/> is given and is not the present one.
    /// </summary>
    ValueTask<NamespaceRules?> SetAsync(
        string @namespace, NamespaceRules rules, long? expectedVersion = null, long? nowUs = null,
        CancellationToken ct = default);
}
