namespace Longshore.Tasks;

/// <summary>Every maximum in one place. Each queue, batch, payload, page, name and retry count has one.</summary>
public static class Limits
{
    /// <summary>Largest payload or result, in bytes of UTF-8 JSON.</summary>
    public const int PayloadBytesMax = 1 << 20;

    /// <summary>Deepest nesting accepted in any JSON document.</summary>
    public const int JsonDepthMax = 64;

    /// <summary>Longest kind, namespace, code, tag, key or other short word, in characters.</summary>
    public const int WordLengthMax = 200;

    /// <summary>Longest task name, in characters.</summary>
    public const int NameLengthMax = 500;

    /// <summary>Longest description, in characters (S0.124).</summary>
    public const int DescriptionLengthMax = 4000;

    /// <summary>Longest error text kept; longer ones are cut (T2.13).</summary>
    public const int ErrorLengthMax = 4000;

    /// <summary>Longest detail of an error kept, such as the stack of an exception; longer ones are cut.</summary>
    public const int ErrorDetailLengthMax = 16_000;

    /// <summary>Most webhooks, and most alerts of depth, of a namespace.</summary>
    public const int AlertsMax = 20;

    /// <summary>Shortest agent name (S0.124).</summary>
    public const int AgentNameLengthMin = 3;

    /// <summary>Longest agent name (S0.124).</summary>
    public const int AgentNameLengthMax = 50;

    /// <summary>Longest capability name.</summary>
    public const int CapabilityNameLengthMax = 64;

    /// <summary>Highest capability level.</summary>
    public const int CapabilityLevelMax = 100;

    /// <summary>Most capabilities a task may require.</summary>
    public const int RequirementsMax = 32;

    /// <summary>Most steps by which a task's requirements relax.</summary>
    public const int RelaxStepsMax = 16;

    /// <summary>Most capabilities, kinds, namespaces or specializations an agent may list.</summary>
    public const int AgentListMax = 1000;

    /// <summary>Most tags on a task.</summary>
    public const int TagsMax = 50;

    /// <summary>Most metadata entries on a task or agent.</summary>
    public const int MetadataMax = 50;

    /// <summary>Longest metadata value, in characters.</summary>
    public const int MetadataValueLengthMax = 2000;

    /// <summary>Highest priority; the lowest is 0 (S0.125).</summary>
    public const int PriorityMax = 10;

    /// <summary>Most attempts a task may be given.</summary>
    public const int AttemptsMax = 1000;

    /// <summary>Most tasks, claims or finishes in one request or store batch.</summary>
    public const int BatchMax = 10_000;

    /// <summary>Most items on a page.</summary>
    public const int PageMax = 1000;

    /// <summary>Most tasks a discovery shows (S0.67 asks for 5 by default).</summary>
    public const int DiscoverMax = 100;

    /// <summary>Highest <c>max_concurrent</c> of an agent. Source 000 says 100; handler hosts run more.</summary>
    public const int ConcurrentMax = 10_000;

    /// <summary>Most tasks a handler host may hold beyond those it runs, for all its kinds together.</summary>
    public const int PrefetchMax = 20_000;

    /// <summary>Most tasks of one group that are looked at when an agent asks for one of them.</summary>
    public const int GroupMembersMax = 10_000;

    /// <summary>Most agents that an explanation looks at, by name.</summary>
    public const int ExplainedAgentsMax = 100_000;

    /// <summary>Most tasks of one class that an explanation counts.</summary>
    public const int ExplainedTasksMax = 1000;

    /// <summary>Most reviews of one assignment.</summary>
    public const int ReviewsMax = 1000;

    /// <summary>Most trials that one rating is worth.</summary>
    public const int RatingWeightMax = 1000;

    /// <summary>Commands that may wait for the store before callers are refused.</summary>
    public const int PendingCommandsMax = 200_000;

    /// <summary>Most hand-offs of one task that the rules of a namespace may allow.</summary>
    public const int HandoffsMax = 100;

    /// <summary>
    /// Longest summary of a hand-off, description of a help request, or answer to one (S0.126, S0.127).
    /// </summary>
    public const int SummaryLengthMax = 2000;

    /// <summary>Most artifacts, limitations, next steps or resolved blockers of a hand-off.</summary>
    public const int HandoffNotesMax = 50;

    /// <summary>Most help requests of one task that are not answered yet.</summary>
    public const int OpenRequestsMax = 50;

    /// <summary>Most open hand-offs that are looked at when opportunities are listed.</summary>
    public const int OpportunitiesMax = 1000;

    /// <summary>Most tasks that one readiness event or command names; more means a look at all of them.</summary>
    public const int SignalledTasksMax = 100;

    /// <summary>Longest payload of a notification, in bytes (T3.4).</summary>
    public const int SignalBytesMax = 7_900;

    /// <summary>Most readiness commands that wait to be processed; what comes beyond becomes one rescan.</summary>
    public const int SignalsMax = 1000;

    /// <summary>Most namespaces in which a node says that somebody waits.</summary>
    public const int InterestsMax = 1000;

    /// <summary>Callers that may wait for work at once on one node.</summary>
    public const int WaitersMax = 50_000;

    /// <summary>Longest and default wait of a long poll (T0.25).</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(120);

    /// <summary>Shortest lease.</summary>
    public static readonly TimeSpan LeaseMin = TimeSpan.FromSeconds(1);

    /// <summary>Shortest lease that a holder has when its task is not blocked any more.</summary>
    public static readonly TimeSpan UnblockedLeaseMin = TimeSpan.FromMinutes(1);

    /// <summary>Longest lease.</summary>
    public static readonly TimeSpan LeaseMax = TimeSpan.FromDays(1);

    /// <summary>Longest timeout, backoff, snooze or retention.</summary>
    public static readonly TimeSpan DurationMax = TimeSpan.FromDays(3650);

    /// <summary>Most tasks planned together.</summary>
    public const int BatchTasksMax = 1_000_000;

    /// <summary>Most agents planned together.</summary>
    public const int BatchAgentsMax = 1_000_000;

    /// <summary>Most pairs of a task and an agent that a plan weighs.</summary>
    public const int BatchArcsMax = 50_000_000;

    /// <summary>Most units that a task takes, or an agent has, in a plan with sizes.</summary>
    public const int PlanUnitsMax = 1_000_000;

    /// <summary>Slowest agent in a plan with sizes: it needs so many times the units.</summary>
    public const double PlanSpeedMin = 0.01;

    /// <summary>Fastest agent in a plan with sizes.</summary>
    public const double PlanSpeedMax = 100;

    /// <summary>The shortest time between two standing plans of a namespace.</summary>
    public static readonly TimeSpan PlanEveryMin = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between two standing plans of a namespace.</summary>
    public static readonly TimeSpan PlanEveryMax = TimeSpan.FromHours(1);

    /// <summary>
    /// Of the tasks of one limit key that may be kept from some agents, so many are looked at, or as many as there is
    /// room for.
    /// </summary>
    public const int GuardedOpenMax = 32;

    /// <summary>Highest limit of tasks in progress.</summary>
    public const int InProgressMax = 1_000_000_000;

    /// <summary>Highest share of a namespace.</summary>
    public const int ShareMax = 1000;

    /// <summary>Most tasks of a rate, and most that a rate lets go at once.</summary>
    public const int RateTasksMax = 1_000_000;

    /// <summary>Shortest period of a rate.</summary>
    public static readonly TimeSpan RatePeriodMin = TimeSpan.FromMilliseconds(1);

    /// <summary>Longest period of a rate.</summary>
    public static readonly TimeSpan RatePeriodMax = TimeSpan.FromDays(1);

    /// <summary>Most missed ticks of a schedule that fire late.</summary>
    public const int MisfiresMax = 100;

    /// <summary>Most coming ticks of a schedule that are shown.</summary>
    public const int TicksShownMax = 1000;

    /// <summary>Shortest interval of a schedule.</summary>
    public static readonly TimeSpan ScheduleEveryMin = TimeSpan.FromSeconds(1);

    /// <summary>Most steps of one workflow.</summary>
    public const int WorkflowStepsMax = 5000;

    /// <summary>Most tasks of one run at its start: steps, answers, compensations.</summary>
    public const int WorkflowTasksMax = BatchMax;

    /// <summary>Most agents asked the same.</summary>
    public const int OverlapMax = 50;

    /// <summary>Most tasks of one batch.</summary>
    public const int BatchMembersMax = 1_000_000;

    /// <summary>Longest code of a run or batch.</summary>
    public const int RunCodeLengthMax = 120;
}
