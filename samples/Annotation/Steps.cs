using Longshore.Hosting;
using Longshore.Workflows;

namespace Annotation;

internal sealed record Picture(int Number)
{
    public static readonly string[] Labels = ["cat", "dog", "bird"];

    public string Truth => Labels[Number % Labels.Length];

    /// <summary>What somebody sees in it: most of the time what it is; always the same thing.</summary>
    public string SeenBy(string agent)
    {
        var dice = agent.Aggregate((uint)(Number + 1) * 2654435761, (hash, letter) => (hash ^ letter) * 16777619);
        return dice % 8 < 5 ? Truth : Labels[(Number + 1 + (int)(dice % 2)) % Labels.Length];
    }
}

internal sealed record Labelled(string Label);

internal sealed record Description(string Text, string By);

[TaskKind("label")]
internal sealed class Label : TaskHandler<Picture>
{
    public override ValueTask<TaskResult> HandleAsync(Picture payload, TaskContext context, CancellationToken ct) =>
        ValueTask.FromResult(TaskResult.Done(new Labelled(payload.SeenBy(context.Task.Agent!))));
}

/// <summary>The expert knows.</summary>
[TaskKind("decide")]
internal sealed class Decide : TaskHandler<Picture>
{
    public override ValueTask<TaskResult> HandleAsync(Picture payload, TaskContext context, CancellationToken ct) =>
        ValueTask.FromResult(TaskResult.Done(new Labelled(payload.Truth)));
}

[TaskKind("describe")]
internal sealed class Describe : TaskHandler<Picture>
{
    public override ValueTask<TaskResult> HandleAsync(Picture payload, TaskContext context, CancellationToken ct) =>
        ValueTask.FromResult(TaskResult.Done(new Description($"picture {payload.Number}", context.Task.Agent!)));
}

/// <summary>Nobody checks what he described himself: both steps are exclusive.</summary>
[TaskKind("check")]
internal sealed class Check : TaskHandler<Picture>
{
    public override ValueTask<TaskResult> HandleAsync(Picture payload, TaskContext context, CancellationToken ct) =>
        ValueTask.FromResult(context.ResultOf<Description>("describe")!.By == context.Task.Agent
            ? TaskResult.Fail("I described this picture myself", retry: false)
            : TaskResult.Done(new { ok = true }));
}

/// <summary>What came of it.</summary>
internal sealed class Tally
{
    private int _answers;
    private int _decided;
    private int _own;
    private int _twice;

    /// <summary>Nobody checked his own work, and nobody answered twice.</summary>
    public bool IsSound => _own == 0 && _twice == 0;

    public void Add(IReadOnlyList<RunStepInfo> steps)
    {
        string? Agent(string step) => steps.Single(s => s.Name == step).Agent;
        var answers = steps.Where(s => s is { Role: StepRole.Answer, Outcome: StepOutcome.Done }).ToList();
        _answers += answers.Count;
        _twice += answers.Count - answers.Select(a => a.Agent).Distinct().Count();
        _decided += steps.Single(s => s.Name == "decide").Outcome == StepOutcome.Done ? 1 : 0;
        _own += Agent("describe") == Agent("check") ? 1 : 0;
    }

    public override string ToString() =>
        $"{_answers} answers, {_decided} decided by the expert, {_own} checked by who described, "
        + $"{_twice} answered twice";
}
