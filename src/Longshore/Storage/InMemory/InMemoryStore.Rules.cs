using Longshore.Events;
using Longshore.Rules;

namespace Longshore.Storage.InMemory;

/// <content>What operators decide about namespaces.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask<NamespaceRules> GetAsync(string @namespace, CancellationToken ct = default) =>
        Looking(null, _ => RulesOf(@namespace));

    /// <inheritdoc/>
    ValueTask<IReadOnlyDictionary<string, NamespaceRules>> IRuleStore.ListAsync(CancellationToken ct) =>
        Looking<IReadOnlyDictionary<string, NamespaceRules>>(null, _ => _state.Rules);

    /// <inheritdoc/>
    public ValueTask<NamespaceRules?> SetAsync(
        string @namespace, NamespaceRules rules, long? expectedVersion = null, long? nowUs = null,
        CancellationToken ct = default) =>
        Atomically(nowUs, now =>
        {
            var present = RulesOf(@namespace).Version;
            if (expectedVersion is { } expected && expected != present)
            {
                return null;
            }

            var decided = rules with { Version = present + 1 };
            if (decided.Share != RulesOf(@namespace).Share)
            {
                _state.Shares = _state.Shares.Without(@namespace);
            }

            ForgetBuckets(@namespace, RulesOf(@namespace), decided);
            _state.Rules = _state.Rules.SetItem(@namespace, decided);
            var payload = EventPayloads.Namespace(@namespace);
            Record(new NewEvent(EventTypes.RulesChanged, ActorType.Human, "api", Payload: payload), now);
            return decided;
        });

    private NamespaceRules RulesOf(string @namespace) =>
        _state.Rules.GetValueOrDefault(@namespace) ?? NamespaceRules.Default;
}
