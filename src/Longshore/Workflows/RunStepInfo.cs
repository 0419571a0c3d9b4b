using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>A task of a run, for whoever looks at it.</summary>
public sealed record RunStepInfo
{
    /// <summary>Unique in the run.</summary>
    public required string Name { get; init; }

    /// <summary>The task.</summary>
    public required long TaskId { get; init; }

    /// <summary>What sort of work it is.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is for.</summary>
    public StepRole Role { get; init; }

    /// <summary>How it ended; None while it has not.</summary>
    public StepOutcome Outcome { get; init; }

    /// <summary>The state of its task.</summary>
    public TaskState State { get; init; }

    /// <summary>The names of the steps it depends on.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Who holds it, or held it when it ended.</summary>
    public string? Agent { get; init; }

    /// <summary>How often it was granted since it began.</summary>
    public int Attempts { get; init; }

    /// <summary>What it yielded.</summary>
    public JsonText Result { get; init; }

    /// <summary>Why it failed, was skipped or called off.</summary>
    public string? Error { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
