namespace Longshore.Simulation.Figures;

/// <summary>What an agent did, and when it was there. What happened before the counted time is left out.</summary>
internal sealed class AgentTally(SimulatedAgent agent, long fromUs)
{
    private long? _onSinceUs;

    public SimulatedAgent Agent { get; } = agent;

    public long Given { get; set; }

    public long Done { get; set; }

    public long Failed { get; set; }

    public double OnUs { get; private set; }

    public double BusyUs { get; private set; }

    public double RoomUs => OnUs * Agent.Crew.MaxConcurrent;

    public double Utilisation => RoomUs > 0 ? BusyUs / RoomUs : 0;

    public void CameAt(long us) => _onSinceUs = us;

    public void WentAt(long us)
    {
        OnUs += _onSinceUs is { } since ? Since(since, us) : 0;
        _onSinceUs = null;
    }

    public void WorkedOn(long begunUs, long endedUs) => BusyUs += Since(begunUs, endedUs);

    public AgentFigures Figures() => new()
    {
        Agent = Agent.Agent,
        Group = Agent.Crew.GroupName,
        Given = Given,
        Done = Done,
        Failed = Failed,
        HoursOn = OnUs / 3.6e9,
        Utilisation = Utilisation,
    };

    private long Since(long sinceUs, long untilUs) => Math.Max(0, untilUs - Math.Max(sinceUs, fromUs));
}
