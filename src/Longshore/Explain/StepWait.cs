using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Explain;

/// <summary>Why a step of a run has not begun: what it waits for.</summary>
internal sealed class StepWait(IStore store)
{
    private const int NamesMax = 10;

    /// <summary>The sentence, and the steps that have not ended.</summary>
    public async Task<(string Sentence, IReadOnlyList<WaitedStep> For)> OfAsync(TaskRun part, CancellationToken ct)
    {
        var run = (await store.Workflows.GetRunAsync(part.Id, ct).ConfigureAwait(false))!;
        if (run.IsBatch)
        {
            return (OfCallback(part, Batch.Of(run)), []);
        }

        var all = await store.Workflows.ListStepsAsync(part.Id, ct).ConfigureAwait(false);
        var own = all.First(s => s.Step.Name == part.Step);
        var byId = all.ToDictionary(s => s.Step.TaskId, s => s.Step);
        var open = own.DependsOn.Select(id => byId[id]).Where(step => step.Outcome == StepOutcome.None).ToList();
        var named = own.Step.Of is { } of ? byId[of].Name : null;
        return own.Step switch
        {
            { Role: StepRole.End } => (
                $"it is enqueued when run {run.Code} ends, of which {Count(run.Open, "step")} left", []),
            { Role: StepRole.Compensation } => (
                $"it makes up for step {named}, should that be done and the run fail or be called off", []),
            _ when run.State != RunState.Running => (
                $"run {run.Code} is {run.State.ToWire()}; retry the run to go on with it", []),
            { Role: StepRole.Answer } when open.Count == 0 => (
                $"it is asked for if the answers to step {named} do not agree", []),
            { Role: StepRole.Step } when open.Count == 0 => await AfterAsync(
                [
                    .. all.Select(s => s.Step).Where(s => s.Of == own.Step.TaskId
                        && s is { Role: StepRole.Answer, Outcome: StepOutcome.None }).Take(own.Step.Asked),
                ],
                "answer",
                ct).ConfigureAwait(false),
            _ => await AfterAsync(open, "step", ct).ConfigureAwait(false),
        };
    }

    private static string OfCallback(TaskRun part, Batch batch) => part.Step == BatchAdvance.OnDone
        ? $"it is enqueued when all of batch {batch.Code} is done, of which {Count(batch.Left, "task")} left"
        : $"it is enqueued when batch {batch.Code} ends, of which {Count(batch.Left, "task")} left"
            + (batch.State == BatchState.Open ? ", and which is not closed" : "");

    private async Task<(string Sentence, IReadOnlyList<WaitedStep> For)> AfterAsync(
        List<RunStep> open, string word, CancellationToken ct)
    {
        var first = open.Take(NamesMax).ToList();
        var tasks = (await store.Queries.GetTasksAsync([.. first.Select(s => s.TaskId)], ct).ConfigureAwait(false))
            .ToDictionary(task => task.Id);
        var waited = first.ConvertAll(step => new WaitedStep(
            step.Name, step.TaskId, tasks[step.TaskId].State, tasks[step.TaskId].Agent));
        var names = string.Join(", ", waited.Select(step => $"{step.Name} ({step.State.ToWire()})"));
        var more = open.Count > first.Count ? $" and {open.Count - first.Count} more" : "";
        return ($"it waits for {word}{(open.Count == 1 ? "" : "s")} {names}{more} to end", waited);
    }

    private static string Count(int left, string word) => left == 1 ? $"1 {word} is" : $"{left} {word}s are";
}
