using System.Collections.Concurrent;
using Longshore.Rules;
using Longshore.Storage;

namespace Longshore.Engine;

/// <summary>
/// The rules of namespaces as a node last read them, at most a second ago: for questions asked with every submission,
/// whose answer the store gives again where it matters.
/// </summary>
internal sealed class RuleCache(IRuleStore store, TimeProvider clock)
{
    private const int NamespacesMax = 10_000;
    private static readonly TimeSpan AgeMax = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, (NamespaceRules Rules, long At)> _known = new(StringComparer.Ordinal);

    public ValueTask<NamespaceRules> OfAsync(string @namespace, CancellationToken ct) =>
        _known.TryGetValue(@namespace, out var known) && clock.GetElapsedTime(known.At) < AgeMax
            ? ValueTask.FromResult(known.Rules)
            : ReadAsync(@namespace, ct);

    /// <summary>Forgets a namespace whose rules this node just changed.</summary>
    public void Forget(string @namespace) => _known.TryRemove(@namespace, out _);

    private async ValueTask<NamespaceRules> ReadAsync(string @namespace, CancellationToken ct)
    {
        if (_known.Count >= NamespacesMax)
        {
            _known.Clear();
        }

        var rules = await store.GetAsync(@namespace, ct).ConfigureAwait(false);
        _known[@namespace] = (rules, clock.GetTimestamp());
        return rules;
    }
}
