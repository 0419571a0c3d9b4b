using System.Globalization;
using Longshore.Capabilities;
using Longshore.Client.Wire;
using Longshore.Tasks;

namespace Longshore.Simulation.Scenarios;

/// <summary>What a scenario must be like. Refusals name the place, what is wrong and what would do.</summary>
internal static class ScenarioRules
{
    public const int AgentsMax = 10_000;
    public const int KindsMax = 1000;
    public const int TraceMax = 1_000_000;
    public const double DaysMax = 366;
    public const double TasksMax = 50_000_000;
    public static readonly double SecondsMax = TimeSpan.FromDays(30).TotalSeconds;

    private const double RateMax = 1e6;
    private const double SpeedMin = 0.001;
    private const double SpeedMax = 1000;
    private const int HoursPerDay = 24;

    private static readonly string[] WeekDays =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <summary>Reads a scenario.</summary>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>, naming the place.</exception>
    public static Scenario Read(ReadOnlySpan<byte> utf8)
    {
        var scenario = WireJson.Read<Scenario>(utf8);
        Check(scenario);
        return scenario;
    }

    /// <summary>0 for Monday.</summary>
    public static int DayOf(string word, string field)
    {
        var day = Array.IndexOf(WeekDays, word);
        return day >= 0 ? day : throw Wrong(field, $"'{word}' is none of {string.Join(", ", WeekDays)}");
    }

    /// <summary>Minutes after midnight.</summary>
    public static int MinuteOf(string time, string field)
    {
        var parts = time.Split(':');
        return parts.Length == 2 && parts[0].Length == 2 && parts[1].Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hour)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minute)
            && minute < 60 && (hour * 60) + minute <= HoursPerDay * 60
                ? (hour * 60) + minute
                : throw Wrong(field, $"'{time}' is no time of day from 00:00 to 24:00");
    }

    private static void Check(Scenario scenario)
    {
        TaskValidation.Text(scenario.Name, Limits.NameLengthMax, "name");
        Number(scenario.Days, 1e-6, DaysMax, "days");
        Number(scenario.WarmUpHours, 0, scenario.Days * HoursPerDay, "warm_up_hours");
        DayOf(scenario.FirstDay, "first_day");
        CheckRules(scenario);
        Count(scenario.Agents.Count, AgentsMax, "agents");
        Count(scenario.Kinds.Count, KindsMax, "kinds");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < scenario.Agents.Count; i++)
        {
            CheckCrew(scenario, scenario.Agents[i], $"agents[{i}]", names);
        }

        if (scenario.Agents.Sum(crew => (long)crew.Count) > AgentsMax)
        {
            throw Wrong("agents", $"are more than {AgentsMax} together");
        }

        var kinds = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < scenario.Kinds.Count; i++)
        {
            if (!kinds.Add(scenario.Kinds[i].Kind))
            {
                throw Wrong($"kinds[{i}].kind", $"'{scenario.Kinds[i].Kind}' is described twice");
            }

            CheckKind(scenario, scenario.Kinds[i], $"kinds[{i}]");
        }

        CheckChains(scenario);
    }

    private static void CheckRules(Scenario scenario)
    {
        try
        {
            _ = scenario.Rules.ToRules().Checked();
        }
        catch (LongshoreException e)
        {
            throw new LongshoreException(e.Code, $"rules.{e.Message}", $"rules.{e.Field}", e);
        }
    }

    private static void CheckCrew(Scenario scenario, Crew crew, string at, HashSet<string> names)
    {
        Whole(crew.Count, 1, AgentsMax, at + ".count");
        foreach (var name in NamesOf(crew))
        {
            AgentNames.Check(name, at + ".name");
            if (!names.Add(name))
            {
                throw Wrong(at + ".name", $"there is an agent '{name}' already");
            }
        }

        _ = Capability.Canonical(
            crew.Capabilities.Select((text, i) => Capability.Parse(text, $"{at}.capabilities[{i}]")));
        CheckNames(scenario, crew.Kinds, at + ".kinds");
        CheckNames(scenario, crew.Speeds.Keys, at + ".speeds");
        for (var i = 0; i < crew.PriorityLevels.Count; i++)
        {
            Whole(crew.PriorityLevels[i], 0, Limits.PriorityMax, $"{at}.priority_levels[{i}]");
        }

        Whole(crew.MaxConcurrent, 1, Limits.ConcurrentMax, at + ".max_concurrent");
        Number(crew.Speed, SpeedMin, SpeedMax, at + ".speed");
        foreach (var (kind, speed) in crew.Speeds)
        {
            Number(speed, SpeedMin, SpeedMax, $"{at}.speeds.{kind}");
        }

        Unit(crew.FailureProbability, at + ".failure_probability");
        Unit(crew.CrashProbability, at + ".crash_probability");
        Unit(crew.DeclineProbability, at + ".decline_probability");
        Unit(crew.MissProbability, at + ".miss_probability");
        Unit(crew.DeclineProbability + crew.MissProbability, at + ".decline_probability and miss_probability together");
        Unit(crew.Reputation ?? 1, at + ".reputation");
        Number(crew.DownSeconds, 0, SecondsMax, at + ".down_seconds");
        Check(crew.Response, at + ".response");
        for (var i = 0; i < crew.Shifts.Count; i++)
        {
            CheckShift(crew.Shifts[i], $"{at}.shifts[{i}]");
        }
    }

    private static void CheckShift(Shift shift, string at)
    {
        for (var i = 0; i < shift.Days.Count; i++)
        {
            DayOf(shift.Days[i], $"{at}.days[{i}]");
        }

        MinuteOf(shift.From, at + ".from");
        MinuteOf(shift.To, at + ".to");
    }

    private static void CheckKind(Scenario scenario, WorkKind kind, string at)
    {
        TaskValidation.Word(kind.Kind, at + ".kind");
        _ = Requirement.Canonical(kind.Requires.Select((text, i) => Requirement.Parse(text, $"{at}.requires[{i}]")));
        Whole(kind.Priority, 0, Limits.PriorityMax, at + ".priority");
        foreach (var (level, share) in kind.Priorities)
        {
            var isNumber = int.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out var priority);
            Whole(isNumber ? priority : -1, 0, Limits.PriorityMax, $"{at}.priorities.{level}");
            Number(share, 0, RateMax, $"{at}.priorities.{level}");
        }

        if (kind.Priorities.Count > 0 && kind.Priorities.Values.Sum() <= 0)
        {
            throw Wrong(at + ".priorities", "needs a share above 0");
        }

        if ((kind.Arrivals is null) == (kind.After is null))
        {
            throw Wrong(at, "needs either arrivals, or after: the kind that it follows");
        }

        Check(kind.Arrivals, scenario.Days, at + ".arrivals");
        Check(kind.Service, at + ".service");
        Check(kind.Patience, at + ".patience");
        Number(kind.DeadlineSeconds ?? 1, 1e-6, SecondsMax, at + ".deadline_seconds");
        Whole(kind.MaxAttempts, 1, Limits.AttemptsMax, at + ".max_attempts");
        Number(kind.RetrySeconds, 0.001, 3600, at + ".retry_seconds");
        Unit(kind.FailureProbability, at + ".failure_probability");
        Unit(kind.PoisonProbability, at + ".poison_probability");
    }

    private static void CheckChains(Scenario scenario)
    {
        var followed = scenario.Kinds.ToDictionary(kind => kind.Kind, kind => kind.After, StringComparer.Ordinal);
        for (var i = 0; i < scenario.Kinds.Count; i++)
        {
            var at = $"kinds[{i}].after";
            CheckNames(scenario, scenario.Kinds[i].After is { } first ? [first] : [], at);
            var steps = 0;
            for (var before = scenario.Kinds[i].After; before is not null; before = followed[before])
            {
                CheckNames(scenario, [before], at);
                if (++steps > scenario.Kinds.Count)
                {
                    throw Wrong(at, "follows itself, so none would ever come");
                }
            }
        }
    }

    private static void Check(Arrivals? arrivals, double days, string at)
    {
        if (arrivals is null)
        {
            return;
        }

        switch (arrivals.Process)
        {
            case Arrivals.Poisson:
                var most = TasksMax / days / HoursPerDay;
                Number(Given(arrivals.PerHour, at + ".per_hour"), 0, Math.Min(RateMax, most), at + ".per_hour");
                break;
            case Arrivals.Interval:
                var often = days * 86_400 / TasksMax;
                Number(Given(arrivals.EverySeconds, at + ".every_seconds"), often, SecondsMax, at + ".every_seconds");
                break;
            case Arrivals.Trace:
                Count(arrivals.AtSeconds.Count, TraceMax, at + ".at_seconds");
                break;
            default:
                throw Wrong(at + ".process", $"'{arrivals.Process}' is none of poisson, interval, trace");
        }

        if (arrivals.Profile.Count is not (0 or HoursPerDay or 7 * HoursPerDay))
        {
            throw Wrong(at + ".profile", $"has {arrivals.Profile.Count} numbers; give 24 for a day or 168 for a week");
        }

        for (var i = 0; i < arrivals.Profile.Count; i++)
        {
            Number(arrivals.Profile[i], 0, 1000, $"{at}.profile[{i}]");
        }

        for (var i = 0; i < arrivals.AtSeconds.Count; i++)
        {
            var least = i == 0 ? 0 : arrivals.AtSeconds[i - 1];
            Number(arrivals.AtSeconds[i], least, DaysMax * 86_400, $"{at}.at_seconds[{i}]");
        }
    }

    private static void Check(Durations? durations, string at)
    {
        switch (durations?.Distribution)
        {
            case null:
                break;
            case Durations.Fixed or Durations.Exponential:
                Number(Given(durations.MeanSeconds, at + ".mean_seconds"), 0, SecondsMax, at + ".mean_seconds");
                break;
            case Durations.Lognormal:
                Number(Given(durations.MeanSeconds, at + ".mean_seconds"), 1e-6, SecondsMax, at + ".mean_seconds");
                Number(Given(durations.SdSeconds, at + ".sd_seconds"), 0, SecondsMax, at + ".sd_seconds");
                break;
            case Durations.Uniform:
                var from = Given(durations.FromSeconds, at + ".from_seconds");
                Number(from, 0, SecondsMax, at + ".from_seconds");
                Number(Given(durations.ToSeconds, at + ".to_seconds"), from, SecondsMax, at + ".to_seconds");
                break;
            default:
                throw Wrong(
                    at + ".distribution",
                    $"'{durations.Distribution}' is none of fixed, exponential, lognormal, uniform");
        }
    }

    private static void CheckNames(Scenario scenario, IEnumerable<string> names, string at)
    {
        foreach (var name in names.Where(name => scenario.Kinds.All(kind => kind.Kind != name)))
        {
            var nearest = NearestName.Among(scenario.Kinds.Select(kind => kind.Kind), name);
            throw Wrong(at, $"there is no kind '{name}' here{nearest}");
        }
    }

    public static IEnumerable<string> NamesOf(Crew crew) => crew.Count == 1
        ? [crew.Name]
        : Enumerable.Range(1, crew.Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{crew.Name}-{i}"));

    private static double Given(double? value, string field) => value ?? throw Wrong(field, "is required");

    private static void Unit(double value, string field) => Number(value, 0, 1, field);

    private static void Count(int count, int most, string field) => Whole(count, 1, most, field + ".length");

    private static void Whole(int value, int least, int most, string field)
    {
        if (value < least || value > most)
        {
            throw Wrong(field, $"must be from {least} to {most}, not {value}");
        }
    }

    private static void Number(double value, double least, double most, string field)
    {
        if (!(value >= least && value <= most))
        {
            throw Wrong(
                field, string.Create(CultureInfo.InvariantCulture, $"must be from {least} to {most}, not {value}"));
        }
    }

    private static LongshoreException Wrong(string field, string message) => LongshoreException.Invalid(field, message);
}
