namespace Longshore.Rules;

/// <summary>Who takes the initiative (S1.54, S1.63).</summary>
public enum AssignmentMode
{
    /// <summary>Agents claim what they can do.</summary>
    Pool = 0,

    /// <summary>The distributor offers tasks to agents; nobody can claim them.</summary>
    Auto = 1,

    /// <summary>An administrator assigns tasks by name; nobody can claim them and nobody is offered them.</summary>
    Manual = 2,
}

/// <summary>In what order the tasks of a namespace are given out.</summary>
public enum TaskOrder
{
    /// <summary>By urgency, which grows with age: nobody starves.</summary>
    Urgency = 0,

    /// <summary>
    /// Higher priority first, in order of arrival within one (S4.11, S4.12). Low priorities can starve.
    /// </summary>
    PriorityFifo = 1,
}

/// <summary>What becomes of a task that no registered agent could ever do (S1.73).</summary>
public enum UnroutablePolicy
{
    /// <summary>It waits; explain says why.</summary>
    Wait = 0,

    /// <summary>It waits, and after a time an event calls for somebody.</summary>
    Escalate = 1,

    /// <summary>After a time other requirements take the place of its own.</summary>
    Fallback = 2,

    /// <summary>It is refused when it is submitted.</summary>
    Refuse = 3,
}

/// <summary>The wire words of the rules.</summary>
public static class RuleWords
{
    /// <summary>The snake_case word.</summary>
    public static string ToWire(this AssignmentMode mode) => mode switch
    {
        AssignmentMode.Pool => "pool",
        AssignmentMode.Auto => "auto",
        AssignmentMode.Manual => "manual",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };
}
