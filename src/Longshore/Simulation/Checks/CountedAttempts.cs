namespace Longshore.Simulation.Checks;

/// <summary>
/// G7: a task is tried as often as it may be and no more; what came back from an agent that went down is given alone;
/// nothing fails for what another task did; and what several agents failed goes to quarantine, not to its end.
/// </summary>
internal sealed class CountedAttempts : Promise
{
    public override string Name => "G7";

    public override void Look(Ledger before, in Happening next)
    {
        switch (next.What)
        {
            case What.Given:
                Looked();
                LookAtGift(before, next);
                break;
            case What.GivenUp or What.Quarantined:
                Looked();
                LookAtEnd(before, next);
                break;
        }
    }

    private void LookAtGift(Ledger before, in Happening next)
    {
        var (task, agent) = (before.Of(next.Task!), before.Of(next.Agent!));
        if (task.Failures >= next.Task!.Kind.Spec.MaxAttempts)
        {
            Broken(
                next, $"is tried again after {task.Failures} failures; {next.Task.Kind.Spec.MaxAttempts} are allowed");
        }

        if (task.IsSuspect && agent.Held > 0)
        {
            Broken(next, "may have taken an agent down and is given to one that holds something else");
        }

        if (agent.HoldsSuspect)
        {
            Broken(next, "is given to an agent that holds a suspect");
        }
    }

    private void LookAtEnd(Ledger before, in Happening next)
    {
        var task = before.Of(next.Task!);
        if (task.Failures == 0)
        {
            Broken(next, "failed for good although nothing speaks against it");
        }

        if (next.What == What.GivenUp && task.FailedUs.Count > 1)
        {
            Broken(next, $"failed for good although {task.FailedUs.Count} agents failed it");
        }
    }
}
