using System.Globalization;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Simulation;

/// <content>Tasks: how they come, wait, come back and end.</content>
internal sealed partial class SimulationRun
{
    private readonly Dictionary<int, ArrivalStream> _streams = [];
    private readonly Dictionary<int, long> _numbers = [];

    private void PlanArrival(int kind)
    {
        if (_streams[kind].Next() is { } afterUs && StartUs + afterUs < EndUs)
        {
            _agenda.Add(StartUs + afterUs, Occasion.Arrival, mark: kind);
        }
    }

    private void Arrive(int index)
    {
        var kind = Kinds[index];
        var number = _numbers[index] = _numbers.GetValueOrDefault(index) + 1;
        var item = kind.IsStep ? string.Create(CultureInfo.InvariantCulture, $"{kind.Spec.Kind}-{number}") : null;
        Submit(new SimulatedTask(number, kind, _clock.NowUs, _seed, item));
        PlanArrival(index);
    }

    private void Submit(SimulatedTask task)
    {
        var spec = task.Kind.Spec;
        _deck.Submit(task, new NewTask
        {
            Kind = spec.Kind,
            Requires = task.Kind.Requires,
            Priority = task.Priority,
            Group = task.Item,
            Step = task.Item is null ? null : spec.Kind,
            MaxAttempts = spec.MaxAttempts,
            Retry = RetryPolicy.ExponentialDelay(TimeSpan.FromSeconds(spec.RetrySeconds), TimeSpan.FromHours(1)),
            Deadline = spec.DeadlineSeconds is { } seconds
                ? _clock.GetUtcNow() + TimeSpan.FromSeconds(seconds)
                : null,
        });
    }

    private void OnStored(SimulatedTask task)
    {
        if (task.Id == 0)
        {
            // As many wait as the rules allow: turned away.
            Note(What.Arrived, task);
            End(task, What.Abandoned);
            return;
        }

        _tasks.Add(task.Id, task);
        Note(What.Arrived, task);
        MakeReady(task);
        if (task.PatienceUs is { } patience)
        {
            _agenda.Add(_clock.NowUs + patience, Occasion.PatienceEnds, task: task);
        }

        if (task.Kind.Spec.DeadlineSeconds is { } seconds)
        {
            _agenda.Add(_clock.NowUs + TimeSpan.FromSeconds(seconds).ToMicroseconds(), Occasion.Deadline);
        }
    }

    private void Abandon(SimulatedTask task)
    {
        if (task.WasBegun || task.IsEnded)
        {
            return;
        }

        var outcome = _store.Tasks.CancelAsync([task.Id], "nobody began it in time").AtOnce()[0];
        if (outcome.Status == ChangeStatus.Changed)
        {
            End(task, What.Abandoned);
        }
    }

    private void OnExpired(IReadOnlyList<LostClaim> expired)
    {
        foreach (var lost in expired)
        {
            End(_tasks[lost.TaskId], What.Expired);
        }
    }

    /// <summary>Claims lost with their agent, and offers that ran out or ended with its session.</summary>
    private void OnLost(IReadOnlyList<LostClaim> lost, bool withSession)
    {
        foreach (var claim in lost)
        {
            var task = _tasks[claim.TaskId];
            var agent = task.Holder!;
            var what = task.BegunUs == 0 ? (withSession ? What.OfferLost : What.Missed)
                : task.WasGivenAlone ? What.LostAlone
                : What.LostAmongOthers;
            TakeFrom(task);
            Note(what, task, agent);
            ExpectTrouble(what, agent);
            Follow(task, claim.State);
        }
    }

    /// <summary>Goes where the end of an attempt led.</summary>
    private void Follow(SimulatedTask task, TaskState state)
    {
        if (state is TaskState.Failed)
        {
            End(task, What.GivenUp);
            return;
        }

        var dueUs = _store.Queries.GetTaskAsync(task.Id).AtOnce()!.DeferredUntil?.ToMicroseconds();
        if (state == TaskState.Quarantined)
        {
            if (dueUs is null)
            {
                // Only a person gets it out again.
                End(task, What.Quarantined);
                return;
            }

            Note(What.SetAside, task);
        }

        if (dueUs is { } due)
        {
            _agenda.Add(due, Occasion.Staging, task: task, mark: task.Gifts);
            return;
        }

        MakeReady(task);
        Note(What.Ready, task);
        _deck.Wake(1);
    }

    private void Stage(SimulatedTask task, int gifts)
    {
        var staged = _store.Tasks.StageAsync(Limits.BatchMax).AtOnce();
        _deck.Wake(staged);
        if (!task.IsEnded && task.Gifts == gifts)
        {
            MakeReady(task);
            Note(What.Ready, task);
        }
    }

    private void MakeReady(SimulatedTask task)
    {
        if (!task.IsReady)
        {
            task.IsReady = true;
            _ready++;
        }
    }

    private void MakeUnready(SimulatedTask task)
    {
        if (task.IsReady)
        {
            task.IsReady = false;
            _ready--;
        }
    }

    private void End(SimulatedTask task, What how)
    {
        Note(how, task, task.Holder);
        TakeFrom(task);
        Forget(task);
    }

    private void Forget(SimulatedTask task)
    {
        MakeUnready(task);
        task.IsEnded = true;
        _tasks.Remove(task.Id);
    }
}
