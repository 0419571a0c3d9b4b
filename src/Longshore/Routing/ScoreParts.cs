namespace Longshore.Routing;

/// <summary>Why an agent was chosen, or came next: every part is from 0 to 1, more is better.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Match">Part of the requirements met (S0.56).</param>
/// <param name="Performance">The supplied score, or what its record is worth; 0.5 when nothing is known.</param>
/// <param name="FreeLoad">Part of its capacity that is free (S0.100).</param>
/// <param name="FailuresInRow">Attempts it failed since it last completed one; it sits out for them.</param>
/// <param name="Total">What the strategy compared, or null where it goes by turn, by name or by lot.</param>
internal sealed record ScoreParts(
    string Agent, double Match, double Performance, double FreeLoad, int FailuresInRow, double? Total)
{
    /// <summary>How many candidates an explanation names, the chosen one included.</summary>
    public const int ShownMax = 5;
}
