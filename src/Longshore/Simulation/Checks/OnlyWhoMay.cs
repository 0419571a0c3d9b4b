namespace Longshore.Simulation.Checks;

/// <summary>
/// G4: nobody is given a task that he lacks the requirements for, that an exclusion or a cooldown keeps from him, or
/// while he is away.
/// </summary>
internal sealed class OnlyWhoMay : Promise
{
    public override string Name => "G4";

    public override void Look(Ledger before, in Happening next)
    {
        if (next.What != What.Given)
        {
            return;
        }

        Looked();
        if (before.Obstacle(next.Agent!, next.Task!, next.AtUs) is { } obstacle)
        {
            Broken(next, $"was given it although the agent {obstacle}");
        }

        if (before.Of(next.Agent!) is not { IsOn: true, IsDown: false })
        {
            Broken(next, "was given it while away");
        }
    }
}
