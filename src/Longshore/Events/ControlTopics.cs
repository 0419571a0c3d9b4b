namespace Longshore.Events;

/// <summary>
/// The topic on which an agent hears of its offers: <c>control.tasks.TYPE.AGENT</c> (S4.19). A hint only: the offer
/// itself is in the store.
/// </summary>
public static class ControlTopics
{
    private const char StandIn = '_';

    /// <summary>
    /// The topic of an agent. The type is a free word, so whatever would be a level or a wildcard to a broker is
    /// replaced (T4.22); names of agents cannot contain any.
    /// </summary>
    public static string Of(string type, string agent) => $"control.tasks.{Token(type)}.{Token(agent)}";

    private static string Token(string word) => string.Create(word.Length, word, (span, from) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            var c = char.ToLowerInvariant(from[i]);
            span[i] = char.IsAsciiLetterOrDigit(c) || c == '-' ? c : StandIn;
        }
    });
}

/// <summary>An agent was offered a task; a hint to look.</summary>
/// <param name="Topic">See <see cref="ControlTopics"/>.</param>
/// <param name="Agent">To whom.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Epoch">By which epoch to accept.</param>
/// <param name="CorrelationId">What the task belongs to, as its submitter said.</param>
public sealed record OfferMade(string Topic, string Agent, long TaskId, int Epoch, string? CorrelationId) : BusMessage;
