namespace Longshore.Tasks;

/// <summary>The rule for agent names (S0.124): tasks name them as owners, agents as themselves.</summary>
public static class AgentNames
{
    /// <summary>
    /// Kebab-case: 3 to 50 lower-case letters, digits and single hyphens, none at the ends; not <c>all</c>.
    /// </summary>
    /// <exception cref="LongshoreException">
    /// <see cref="ErrorCode.InvalidInput"/> with the rule that is broken.
    /// </exception>
    public static void Check(string? name, string field = "name")
    {
        if (name is null || name.Length is < Limits.AgentNameLengthMin or > Limits.AgentNameLengthMax)
        {
            throw LongshoreException.Invalid(
                field,
                $"an agent name has {Limits.AgentNameLengthMin} to {Limits.AgentNameLengthMax} characters, "
                + $"this has {name?.Length ?? 0}");
        }

        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            var hyphenMisplaced = c == '-' && (i == 0 || i == name.Length - 1 || name[i - 1] == '-');
            if (hyphenMisplaced || c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
            {
                throw LongshoreException.Invalid(
                    field,
                    $"'{name}' is not kebab-case: use lower-case letters, digits and single inner hyphens, "
                    + "for example \"build-agent-7\"");
            }
        }

        if (name == "all")
        {
            throw LongshoreException.Invalid(field, "'all' is reserved");
        }
    }
}
