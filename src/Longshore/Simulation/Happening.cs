namespace Longshore.Simulation;

/// <summary>Something that happened in a run. Figures and checks are made of these, and of nothing else.</summary>
/// <param name="AtUs">When, in microseconds since 1970.</param>
/// <param name="What">What.</param>
/// <param name="Task">To which task; null when it concerns an agent alone.</param>
/// <param name="Agent">Which agent; null when it concerns a task alone.</param>
internal readonly record struct Happening(
    long AtUs, What What, SimulatedTask? Task = null, SimulatedAgent? Agent = null);

/// <summary>What can happen.</summary>
internal enum What
{
    /// <summary>A task came and waits.</summary>
    Arrived,

    /// <summary>An agent holds it from now on, by a claim or an offer: its room is taken.</summary>
    Given,

    /// <summary>The work on it began.</summary>
    Begun,

    /// <summary>The work is done; the task has ended.</summary>
    Done,

    /// <summary>The attempt failed.</summary>
    Failed,

    /// <summary>The offer was declined.</summary>
    Declined,

    /// <summary>The offer ran out.</summary>
    Missed,

    /// <summary>The offer ended with the session of its agent, before anybody answered.</summary>
    OfferLost,

    /// <summary>The claim was lost with its agent, who had only this one when it was granted.</summary>
    LostAlone,

    /// <summary>The claim was lost with its agent, among others: that says nothing about the task.</summary>
    LostAmongOthers,

    /// <summary>It can be given out again, after a wait or at once.</summary>
    Ready,

    /// <summary>It was tried as often as it may be; it has ended.</summary>
    GivenUp,

    /// <summary>It was tried as often as it may be, by several agents; it waits for a person to look.</summary>
    Quarantined,

    /// <summary>It failed so often, by several agents, that it is out of the queue for a time.</summary>
    SetAside,

    /// <summary>Nobody began it in time, and who submitted it went away; it has ended.</summary>
    Abandoned,

    /// <summary>Its deadline passed; it has ended.</summary>
    Expired,

    /// <summary>An agent comes to work.</summary>
    On,

    /// <summary>An agent finishes what it holds and takes nothing new.</summary>
    Off,

    /// <summary>An agent is down, with all that it holds.</summary>
    Down,

    /// <summary>It is back.</summary>
    Up,

    /// <summary>All that could be given out at this instant has been.</summary>
    Settled,
}

/// <summary>Who is told what happened, in order.</summary>
internal interface IObserver
{
    void Note(in Happening happening);
}
