namespace Longshore.Routing.Overlap;

/// <summary>One agent's answer to what several are asked.</summary>
/// <param name="Value">The answer; answers are alike when their values are equal.</param>
/// <param name="Quality">The chance that this agent is right, 0 to 1: what its record is worth for the task.</param>
internal readonly record struct Answer(string Value, double Quality);

/// <summary>What several answers amount to.</summary>
internal enum AgreementStatus
{
    /// <summary>Not sure enough, and more may be asked.</summary>
    AskOneMore,

    /// <summary>Sure enough.</summary>
    Agreed,

    /// <summary>Not sure enough, and nobody more is to be asked.</summary>
    Open,
}

/// <summary>What several answers amount to, and how sure that is.</summary>
/// <param name="Status">Whether to ask one more.</param>
/// <param name="Value">The answer that leads; null without answers.</param>
/// <param name="Confidence">How sure it is, 0 to 1; 0 when two lead alike.</param>
internal sealed record Agreement(AgreementStatus Status, string? Value, double Confidence);
