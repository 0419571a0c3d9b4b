namespace Longshore.Simulation.Checks;

/// <summary>G5: nobody holds more than it has room for; and nobody is given what another holds (G2).</summary>
internal sealed class WithinRoom : Promise
{
    public override string Name => "G5";

    public override void Look(Ledger before, in Happening next)
    {
        if (next.What != What.Given)
        {
            return;
        }

        Looked();
        if (before.Of(next.Agent!).Held >= next.Agent!.Crew.MaxConcurrent)
        {
            Broken(
                next, $"holds {before.Of(next.Agent).Held} already and has room for {next.Agent.Crew.MaxConcurrent}");
        }

        if (before.Of(next.Task!).Holder is { } holder)
        {
            Broken(next, $"was given it while {holder.Agent} holds it");
        }
    }
}
