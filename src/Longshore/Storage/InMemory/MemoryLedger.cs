using Longshore.Assignments;
using Longshore.Events;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Storage.InMemory;

/// <content>The runs inside one verb.</content>
public sealed partial class InMemoryStore
{
    private sealed class MemoryLedger(InMemoryStore store, long nowUs) : IRunLedger
    {
        private readonly List<long> _released = [];
        private readonly List<LostClaim> _lost = [];

        public long NowUs => nowUs;

        public RunEffects Effects => new([.. _released], [.. _lost]);

        public RunStep? FindStep(long taskId) => store._state.RunSteps.GetValueOrDefault(taskId);

        public WorkflowRun GetRun(long id) => store._state.Runs[id];

        public IReadOnlyList<RunStep> StepsOf(long runId) => store.StepsOf(runId);

        public IReadOnlyList<RunStep> AsideOf(long runId) =>
            store.StepsOf(runId).FindAll(step => step.Role != StepRole.Step);

        public IReadOnlyList<long> DependentsOf(long taskId) =>
            [.. store._state.Dependencies.Where(d => d.DependsOn == taskId).Select(d => d.TaskId)];

        public IReadOnlyList<long> PredecessorsOf(long taskId) => store.PredecessorsOf(taskId);

        public StepTask TaskOf(long taskId)
        {
            var task = store._state.Find(taskId)!.Task;
            var quality = task.Agent is { } agent && store._state.Agents.TryGetValue(agent, out var known)
                ? known.Record.Score
                : 0;
            return new StepTask(task.State, task.Result, task.Error, task.Agent, quality);
        }

        public void Put(RunStep step) => store._state.RunSteps = store._state.RunSteps.SetItem(step.TaskId, step);

        public void Put(WorkflowRun run) => store._state.Runs = store._state.Runs.SetItem(run.Id, run);

        public void AddDependency(long taskId, long dependsOn) =>
            store._state.Dependencies = store._state.Dependencies.Add((taskId, dependsOn));

        public void Proceed(long taskId)
        {
            Change(taskId, TaskOperation.Proceed, task => task with
            {
                AvailableAt = UnixTime.FromMicroseconds(nowUs),
                Relaxing = Again(task, nowUs),
            });
            Record(EventTypes.TaskReady, taskId);
            _released.Add(taskId);
        }

        public void Cancel(long taskId, string why)
        {
            var (_, lost) = store.End(
                store._state.Find(taskId)!, TaskOperation.Cancel, AssignmentStatus.Cancelled, why, nowUs);
            Record(EventTypes.TaskCancelled, taskId, EventPayloads.Reason(why));
            _released.Remove(taskId);
            if (lost is not null)
            {
                _lost.Add(lost);
            }

            Forget(taskId);
        }

        public void Conclude(long taskId, JsonText result)
        {
            _released.Remove(taskId);
            Change(taskId, TaskOperation.Conclude, task => task with
            {
                Result = result,
                Error = null,
                Suspect = false,
                DeferredUntil = null,
                Agent = null,
                EndedAt = UnixTime.FromMicroseconds(nowUs),
                Draft = default,
            });
            store.ForgetTrips(taskId);
            Record(EventTypes.TaskConcluded, taskId);
            Forget(taskId);
        }

        public void Await(long taskId)
        {
            store.CloseRequests(store._state.Find(taskId)!.Task, nowUs);
            store.ForgetTrips(taskId);
            Change(taskId, TaskOperation.Await, task => task with
            {
                Attempts = 0,
                Failures = 0,
                Agent = null,
                EndedAt = null,
                Result = default,
                Error = store._state.Find(taskId)!.LastError,
            });
            var entry = store._state.Find(taskId)!;
            store._state.Put(entry with { Kept = [] });
            Record(EventTypes.TaskAwaits, taskId);
        }

        public void Fill(long taskId, JsonText payload)
        {
            var entry = store._state.Find(taskId)!;
            store._state.Put(entry with
            {
                Task = entry.Task with { Spec = entry.Task.Spec with { Payload = payload } },
            });
        }

        public void Note(string type, WorkflowRun run, RunStep? step = null, string? reason = null)
        {
            var payload = EventPayloads.Run(run.Id, run.Code, run.State.ToWire(), step?.Name, reason);
            store.Record(
                new NewEvent(type, ActorType.System, "longshore", step?.TaskId, payload, run.CorrelationId), nowUs);
        }

        private void Record(string type, long taskId, JsonText payload = default) =>
            store.Record(new NewEvent(type, ActorType.System, "longshore", taskId, payload), nowUs);

        private void Change(long taskId, TaskOperation operation, Func<WorkTask, WorkTask> change)
        {
            var entry = store._state.Find(taskId)!;
            var state = After(entry.Task.State, operation);
            store._state.Put(entry with { Task = change(entry.Task) with { State = state } });
        }

        // What the run itself ended is not news to it.
        private void Forget(long taskId) => store._state.EndedSteps = store._state.EndedSteps.Remove(taskId);
    }
}
