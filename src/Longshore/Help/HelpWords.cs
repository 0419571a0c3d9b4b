namespace Longshore.Help;

/// <summary>The words of help requests, as on the wire and in SQL.</summary>
public static class HelpWords
{
    /// <summary>The snake_case word.</summary>
    public static string ToWire(this HelpType type) => type switch
    {
        HelpType.TechnicalQuestion => "technical_question",
        HelpType.Blocker => "blocker",
        HelpType.Review => "review",
        HelpType.Clarification => "clarification",
        HelpType.Escalation => "escalation",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>The snake_case word.</summary>
    public static string ToWire(this HelpUrgency urgency) => urgency switch
    {
        HelpUrgency.Low => "low",
        HelpUrgency.Medium => "medium",
        HelpUrgency.High => "high",
        HelpUrgency.Critical => "critical",
        _ => throw new ArgumentOutOfRangeException(nameof(urgency), urgency, null),
    };

    /// <summary>The snake_case word.</summary>
    public static string ToWire(this HelpStatus status) => status switch
    {
        HelpStatus.Open => "open",
        HelpStatus.Claimed => "claimed",
        HelpStatus.Resolved => "resolved",
        HelpStatus.Cancelled => "cancelled",
        HelpStatus.Closed => "closed",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>Reads the word of a type.</summary>
    /// <exception cref="LongshoreException">It is none; the message lists them.</exception>
    public static HelpType ParseType(string text, string field = "type") => Parse<HelpType>(text, field, ToWire);

    /// <summary>Reads the word of an urgency.</summary>
    /// <exception cref="LongshoreException">It is none; the message lists them.</exception>
    public static HelpUrgency ParseUrgency(string text, string field = "urgency") =>
        Parse<HelpUrgency>(text, field, ToWire);

    private static T Parse<T>(string text, string field, Func<T, string> word)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (word(value) == text)
            {
                return value;
            }
        }

        throw LongshoreException.Invalid(
            field, $"'{text}' is none of {string.Join(", ", Enum.GetValues<T>().Select(word))}");
    }
}
