namespace Longshore.Rules;

/// <summary>Rules with a namespace or a kind paused, or not any more; the same object where nothing changes.</summary>
internal static class Pauses
{
    public static NamespaceRules Paused(NamespaceRules rules, string? kind, DateTimeOffset since)
    {
        if (kind is null)
        {
            return rules.PausedAt is null ? rules with { PausedAt = since } : rules;
        }

        var ofKind = rules.Kinds.GetValueOrDefault(kind) ?? new StepRules();
        return ofKind.PausedAt is null ? With(rules, kind, ofKind with { PausedAt = since }) : rules;
    }

    public static NamespaceRules Resumed(NamespaceRules rules, string? kind)
    {
        if (kind is null)
        {
            return rules.PausedAt is null ? rules : rules with { PausedAt = null };
        }

        return rules.Kinds.GetValueOrDefault(kind) is { PausedAt: not null } ofKind
            ? With(rules, kind, ofKind with { PausedAt = null })
            : rules;
    }

    private static NamespaceRules With(NamespaceRules rules, string kind, StepRules ofKind)
    {
        var kinds = rules.Kinds.ToDictionary(StringComparer.Ordinal);
        kinds[kind] = ofKind;
        if (ofKind == new StepRules())
        {
            kinds.Remove(kind);
        }

        return rules with { Kinds = kinds };
    }
}
