using Longshore.Agents;
using Longshore.Capabilities;

namespace Longshore.Assignments;

/// <summary>What the end of a claim says of its agent.</summary>
internal enum Verdict
{
    /// <summary>Nothing: given back, postponed, called off, or the task's own fault.</summary>
    Nothing = 0,

    /// <summary>It does this well.</summary>
    Success = 1,

    /// <summary>It failed at this kind of task.</summary>
    Failure = 2,

    /// <summary>It let an offer run out: it may not be there at all.</summary>
    Missed = 3,
}

/// <summary>What verdicts teach about their agents.</summary>
internal static class Lessons
{
    /// <summary>One trial that went well or did not; null where nothing can be concluded.</summary>
    public static Lesson? Of(Verdict verdict, IReadOnlyList<Requirement> requires) => verdict switch
    {
        Verdict.Success => new Lesson(requires, Evidence.One, 0),
        Verdict.Failure => new Lesson(requires, 0, Evidence.One),
        _ => null,
    };
}
