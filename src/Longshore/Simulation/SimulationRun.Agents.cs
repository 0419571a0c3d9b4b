using Longshore.Agents;
using Longshore.Tasks;

namespace Longshore.Simulation;

/// <content>Agents: when they are there, and when time alone may help them to work.</content>
internal sealed partial class SimulationRun
{
    private int _withRoom;
    private long _troubleUntilUs;
    private bool _looksAgain;

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
        _store.Agents.SetModeAsync(agent.Agent, AgentMode.Available).AtOnce();
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

    private void Recover(SimulatedAgent agent)
    {
        agent.Lives++;
        agent.IsDown = false;
        OnLost(_store.Agents.RegisterAsync(agent.Registration).AtOnce().Lost);
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
}
