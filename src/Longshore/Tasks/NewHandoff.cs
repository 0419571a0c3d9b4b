namespace Longshore.Tasks;

/// <summary>A hand-off as the holder of a task describes it (S0.126).</summary>
public sealed record NewHandoff
{
    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>The epoch of the holder's grant (G2).</summary>
    public required int Epoch { get; init; }

    /// <summary>To whom.</summary>
    public required HandoffTarget To { get; init; }

    /// <summary>What was done and what is left, 1 to <see cref="Limits.SummaryLengthMax"/> characters.</summary>
    public required string Summary { get; init; }

    /// <summary>How sure the giver is of what was done, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Where what was made is found.</summary>
    public IReadOnlyList<string> Artifacts { get; init; } = [];

    /// <summary>What is known not to work.</summary>
    public IReadOnlyList<string> KnownLimitations { get; init; } = [];

    /// <summary>What the giver would do next.</summary>
    public IReadOnlyList<string> NextSteps { get; init; } = [];

    /// <summary>What stood in the way and does no longer.</summary>
    public IReadOnlyList<string> BlockersResolved { get; init; } = [];

    /// <summary>How long the rest is thought to take.</summary>
    public TimeSpan? EstimatedEffort { get; init; }

    /// <summary>Checks the hand-off.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>.</exception>
    public NewHandoff Checked()
    {
        if (To is null || (To.Capability is null) == (To.Agent is null))
        {
            throw LongshoreException.Invalid("to", "names either a capability or an agent");
        }

        if (To.Agent is { } agent)
        {
            AgentNames.Check(agent, "to_agent");
        }

        HandoffTexts.CheckText(Summary, "summary");
        TaskValidation.Unit(Confidence, "confidence");
        HandoffTexts.CheckList(Artifacts, "artifacts");
        HandoffTexts.CheckList(KnownLimitations, "known_limitations");
        HandoffTexts.CheckList(NextSteps, "next_steps");
        HandoffTexts.CheckList(BlockersResolved, "blockers_resolved");
        TaskValidation.Duration(EstimatedEffort, "estimated_effort_seconds");
        return To.Capability is null
            ? this
            : this with { To = HandoffTarget.ToCapability(To.Capability.ToString()) };
    }
}

/// <summary>The rules of texts that agents leave for each other.</summary>
internal static class HandoffTexts
{
    public static void CheckText(string? text, string field)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw LongshoreException.Invalid(field, "is required and cannot be blank");
        }

        TaskValidation.Text(text, Limits.SummaryLengthMax, field);
    }

    public static void CheckList(IReadOnlyList<string> texts, string field)
    {
        TaskValidation.Range(texts.Count, 0, Limits.HandoffNotesMax, field + ".length");
        for (var i = 0; i < texts.Count; i++)
        {
            CheckText(texts[i], $"{field}[{i}]");
        }
    }
}
