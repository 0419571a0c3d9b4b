using System.Globalization;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Agents;

/// <summary>The boundary for agents.</summary>
public static class AgentValidation
{
    /// <summary>Checks a registration and brings its lists to canonical form.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>.</exception>
    public static AgentRegistration Checked(AgentRegistration agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        AgentNames.Check(agent.Name);
        TaskValidation.Word(agent.Type, "type");
        TaskValidation.Text(agent.Description, Limits.DescriptionLengthMax, "description");
        TaskValidation.Range(agent.MaxConcurrent, 1, Limits.ConcurrentMax, "max_concurrent");
        TaskValidation.OptionalWord(agent.Session, "session");
        TaskValidation.OptionalWord(agent.Principal, "principal");
        TaskValidation.Metadata(agent.Metadata, "metadata");
        if (agent.Reputation is { } reputation)
        {
            TaskValidation.Unit(reputation, "reputation");
        }

        if (agent.Namespaces.Count == 0)
        {
            throw LongshoreException.Invalid("namespaces", "name at least one; the usual one is \"default\"");
        }

        if (agent.Capabilities.Count > Limits.AgentListMax)
        {
            throw LongshoreException.Invalid(
                "capabilities", $"lists {agent.Capabilities.Count}; at most {Limits.AgentListMax} are allowed");
        }

        return agent with
        {
            Capabilities = Capability.Canonical(agent.Capabilities),
            Specializations = Words(agent.Specializations, "specializations", normalise: true),
            Kinds = Words(agent.Kinds, "kinds", normalise: false),
            Namespaces = Words(agent.Namespaces, "namespaces", normalise: false),
            PriorityLevels = Levels(agent.PriorityLevels),
        };
    }

    private static IReadOnlyList<int> Levels(IReadOnlyList<int> levels)
    {
        for (var i = 0; i < levels.Count; i++)
        {
            TaskValidation.Range(
                levels[i], 0, Limits.PriorityMax, string.Create(CultureInfo.InvariantCulture, $"priority_levels[{i}]"));
        }

        return [.. levels.Distinct().Order()];
    }

    private static IReadOnlyList<string> Words(IReadOnlyList<string> words, string field, bool normalise)
    {
        if (words.Count > Limits.AgentListMax)
        {
            throw LongshoreException.Invalid(field, $"lists {words.Count}; at most {Limits.AgentListMax} are allowed");
        }

        for (var i = 0; i < words.Count; i++)
        {
            TaskValidation.Word(words[i], string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]"));
        }

        return [.. words
            .Select(w => normalise ? CapabilityName.Normalise(w, field) : w)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];
    }
}
