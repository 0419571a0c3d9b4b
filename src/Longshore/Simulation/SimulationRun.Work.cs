using Longshore.Assignments;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Simulation;

/// <content>Work: what agents make of what they are given.</content>
internal sealed partial class SimulationRun
{
    /// <summary>Whoever goes down is believed in for so long: the lease of a handler host.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    // Well before the longest lease ends.
    private const long RenewalUs = 20 * HourUs;

    private void OnGranted(SimulatedAgent agent, IReadOnlyList<Grant> grants)
    {
        var isAlone = grants.Count == 1 && agent.Held.Count == 0;
        foreach (var grant in grants)
        {
            BeginWork(agent, Give(agent, grant, isAlone));
        }
    }

    private bool MakeOffers()
    {
        var made = _desk.Look().ToArray();
        foreach (var grant in made)
        {
            var agent = _byName[grant.Task.Agent!];
            var task = Give(agent, grant, agent.Held.Count == 0);
            var answersUs = agent.Crew.Response?.DrawUs(task.Chance) ?? 0;
            if (answersUs == 0)
            {
                Respond(agent, task, task.Epoch);
            }
            else
            {
                _agenda.Add(_clock.NowUs + answersUs, Occasion.Response, agent, task, task.Epoch);
                _agenda.Add(grant.LeaseUntil.ToMicroseconds(), Occasion.LeaseEnds);
            }
        }

        return made.Length > 0;
    }

    private SimulatedTask Give(SimulatedAgent agent, Grant grant, bool isAlone)
    {
        var task = _tasks[grant.TaskId];
        if (!task.IsReady)
        {
            Note(What.Ready, task);
        }

        MakeUnready(task);
        task.Epoch = grant.Epoch;
        task.Holder = agent;
        task.BegunUs = 0;
        task.Gifts++;
        task.WasGivenAlone = isAlone;
        agent.Held.Add(task);
        Count(agent);
        Note(What.Given, task, agent);
        return task;
    }

    private void Respond(SimulatedAgent agent, SimulatedTask task, int epoch)
    {
        if (!IsHeld(agent, task, epoch))
        {
            return;
        }

        var chance = task.Chance.Unit();
        if (chance < agent.Crew.MissProbability)
        {
            var until = _store.Queries.GetTaskAsync(task.Id).AtOnce()!.LeaseUntil!.Value;
            _agenda.Add(until.ToMicroseconds(), Occasion.LeaseEnds);
        }
        else if (chance < agent.Crew.MissProbability + agent.Crew.DeclineProbability)
        {
            Finish(agent, task, new Finish
            {
                TaskId = task.Id,
                Epoch = epoch,
                Kind = FinishKind.Reject,
                Reason = RejectReason.Other,
            });
        }
        else if (Extend(task, Limits.LeaseMax, accepts: true))
        {
            BeginWork(agent, task);
        }
    }

    private void BeginWork(SimulatedAgent agent, SimulatedTask task)
    {
        var neededUs = Math.Max(1, (long)Math.Round(task.NominalUs / agent.SpeedWith(task.Kind)));
        task.WasBegun = true;
        task.BegunUs = _clock.NowUs;
        Note(What.Begun, task, agent);
        if (task.IsPoison || task.Chance.Unit() < agent.Crew.CrashProbability)
        {
            var untilUs = (long)(neededUs * task.Chance.Unit());
            _agenda.Add(_clock.NowUs + untilUs, Occasion.Crash, agent, task, task.Epoch);
        }

        _agenda.Add(_clock.NowUs + neededUs, Occasion.WorkEnds, agent, task, task.Epoch);
        if (neededUs > RenewalUs)
        {
            _agenda.Add(_clock.NowUs + RenewalUs, Occasion.Renewal, agent, task, task.Epoch);
        }
    }

    private void EndWork(SimulatedAgent agent, SimulatedTask task, int epoch)
    {
        if (!IsHeld(agent, task, epoch))
        {
            return;
        }

        var fails = task.Chance.Unit() < task.Kind.Spec.FailureProbability
            | task.Chance.Unit() < agent.Crew.FailureProbability;
        Finish(agent, task, new Finish
        {
            TaskId = task.Id,
            Epoch = epoch,
            Kind = fails ? FinishKind.Fail : FinishKind.Complete,
            Error = fails ? "as chance would have it" : null,
        });
    }

    private void Finish(SimulatedAgent agent, SimulatedTask task, Finish finish)
    {
        _deck.Finish(task, agent, finish);
        TakeFrom(task);
    }

    private void OnFinished(SimulatedTask task, SimulatedAgent agent, Finish finish, FinishOutcome outcome)
    {
        if (outcome.Status != ClaimWriteStatus.Accepted)
        {
            throw new InvalidOperationException(
                $"A holder's word on task {task.Id} was not taken: {outcome.Status}, {outcome.State}.");
        }

        var what = finish.Kind switch
        {
            FinishKind.Complete => What.Done,
            FinishKind.Fail => What.Failed,
            _ => What.Declined,
        };
        Note(what, task, agent);
        if (what == What.Done)
        {
            agent.FailuresInRow = 0;
            Forget(task);
            foreach (var next in task.Kind.Followers)
            {
                Submit(new SimulatedTask(task.Number, next, _clock.NowUs, _seed, task.Item));
            }
        }
        else
        {
            ExpectTrouble(what, agent);
            Follow(task, outcome.State);
        }
    }

    private void Crash(SimulatedAgent agent, SimulatedTask task, int epoch)
    {
        if (!IsHeld(agent, task, epoch))
        {
            return;
        }

        GoDown(agent, task);

        // Until now its leases were kept; from now on nobody does.
        foreach (var held in agent.Held.Where(held => held.BegunUs > 0))
        {
            Extend(held, Lease, accepts: false);
        }

        _agenda.Add(_clock.NowUs + Lease.ToMicroseconds(), Occasion.LeaseEnds);
        var downUs = TimeSpan.FromSeconds(agent.Crew.DownSeconds).ToMicroseconds();
        _agenda.Add(_clock.NowUs + downUs, Occasion.Recovery, agent);
    }

    private void Renew(SimulatedAgent agent, SimulatedTask task, int epoch)
    {
        if (IsHeld(agent, task, epoch) && Extend(task, Limits.LeaseMax, accepts: false))
        {
            _agenda.Add(_clock.NowUs + RenewalUs, Occasion.Renewal, agent, task, epoch);
        }
    }

    private bool Extend(SimulatedTask task, TimeSpan lease, bool accepts)
    {
        var batch = new TaskBatch();
        batch.Renewals.Add(new Renewal(task.Id, task.Epoch, lease) { Accepts = accepts });
        return _store.Tasks.CommitAsync(batch).AtOnce().Renewals[0].Status == ClaimWriteStatus.Accepted;
    }

    /// <summary>The agent lives and the grant holds.</summary>
    private static bool IsHeld(SimulatedAgent agent, SimulatedTask task, int epoch) =>
        task.Holder == agent && task.Epoch == epoch && !agent.IsDown;

    /// <summary>Nobody holds the task any more; whoever did asks for more.</summary>
    private void TakeFrom(SimulatedTask task)
    {
        if (task.Holder is { } agent)
        {
            task.Holder = null;
            agent.Held.Remove(task);
            Count(agent);
            AskFor(agent);
        }
    }
}
