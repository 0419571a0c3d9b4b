using Longshore.Agents;
using Longshore.Tasks;

namespace Longshore.Simulation;

/// <content>Agents: when they are there, and when time alone may help them to work.</content>
internal sealed partial class SimulationRun
{
    private int _withRoom;
    private long _troubleUntilUs;
    private bool _looksAgain;

    // Something happened since the last plan; the next is on the agenda.
    private bool _isToPlan;
    private bool _plansAhead;

    /// <summary>The fallback poller's interval; a refused pair is not offered again for five seconds.</summary>
    private long LookAgainUs => IsPull ? 30_000_000 : 5_000_000;

    private void PlanShifts()
    {
        foreach (var agent in Agents)
        {
            foreach (var (from, to) in ShiftPlan.Of(agent.Crew, _scenario.FirstDay, EndUs - StartUs))
            {
                _agenda.Add(StartUs + from, Occasion.ShiftStart, agent);
                if (to < EndUs - StartUs)
                {
                    _agenda.Add(StartUs + to, Occasion.ShiftEnd, agent);
                }
            }
        }
    }

    private void ComeToWork(SimulatedAgent agent)
    {
        agent.IsOnShift = true;
        if (!agent.IsDown || IsPull)
        {
            _store.Agents.SetModeAsync(agent.Agent, AgentMode.Available).AtOnce();
        }

        Count(agent);
        Note(What.On, agent: agent);
        AskFor(agent);
    }

    private void GoHome(SimulatedAgent agent)
    {
        agent.IsOnShift = false;
        _store.Agents.SetModeAsync(agent.Agent, AgentMode.Draining).AtOnce();
        Count(agent);
        Note(What.Off, agent: agent);

        // What it kept from those who failed a task, by being able to do it too, is theirs now.
        _deck.WakeEverybody();
    }

    /// <summary>It goes down with all it holds; leases run on. Its connection is gone: it is offered nothing.</summary>
    private void GoDown(SimulatedAgent agent, SimulatedTask task)
    {
        agent.IsDown = true;
        if (!IsPull)
        {
            _store.Agents.SetModeAsync(agent.Agent, AgentMode.Offline).AtOnce();
        }

        Count(agent);
        Note(What.Down, task, agent);
    }

    private void Recover(SimulatedAgent agent)
    {
        agent.Lives++;
        agent.IsDown = false;
        OnLost(_store.Agents.RegisterAsync(agent.Registration).AtOnce().Lost, withSession: true);
        if (!agent.IsOnShift)
        {
            _store.Agents.SetModeAsync(agent.Agent, AgentMode.Draining).AtOnce();
        }

        Count(agent);
        Note(What.Up, agent: agent);
        AskFor(agent);
    }

    private void AskFor(SimulatedAgent agent)
    {
        if (IsPull && agent.HasRoom)
        {
            _deck.Ask(agent);
        }
    }

    private void Count(SimulatedAgent agent)
    {
        if (agent.HasRoom != agent.IsCounted)
        {
            agent.IsCounted = agent.HasRoom;
            _withRoom += agent.HasRoom ? 1 : -1;
        }
    }

    /// <summary>
    /// For a while time alone may make something possible: a breaker closes, a cooldown ends, an agent has sat out.
    /// </summary>
    private void ExpectTrouble(What what, SimulatedAgent agent)
    {
        agent.FailuresInRow += what is What.Failed or What.LostAlone or What.Missed ? 1 : 0;
        var lasts = what is What.Declined or What.Missed
            ? _rules.RejectCooldown + _rules.TaskCooldown
            : TimeSpan.FromMinutes(IsPull && what == What.Failed ? 0 : 11);
        if (agent.FailuresInRow >= 10)
        {
            lasts = TimeSpan.FromHours(1);
        }

        _troubleUntilUs = Math.Max(_troubleUntilUs, _clock.NowUs + lasts.ToMicroseconds() + LookAgainUs);
        if (what is What.Failed or What.LostAlone)
        {
            // A failure is recent for a day.
            _agenda.Add(_clock.NowUs + DayUs + 1, Occasion.LookAgain);
        }
    }

    private void PlanLook()
    {
        if (!_looksAgain && _ready > 0 && _withRoom > 0 && _clock.NowUs < _troubleUntilUs)
        {
            _looksAgain = true;
            _agenda.Add(_clock.NowUs + LookAgainUs, Occasion.LookAgain);
        }
    }

    /// <summary>
    /// The next plan is made when the interval is over, if it could differ from the last one: of the same tasks and the
    /// same agents the same plan would be made.
    /// </summary>
    private void PlanPlan()
    {
        if (_method.IsPlan && _isToPlan && !_plansAhead && _ready > 0 && _withRoom > 0)
        {
            var everyUs = _rules.PlanEvery!.Value.ToMicroseconds();
            _plansAhead = true;
            _agenda.Add(StartUs + ((((_clock.NowUs - StartUs) / everyUs) + 1) * everyUs), Occasion.Plan);
        }
    }

    private void MakePlan()
    {
        _plansAhead = _isToPlan = false;
        if (MakeOffers())
        {
            _isToPlan = true;
        }
    }
}
