using Longshore.Simulation.Scenarios;
using Longshore.Storage;
using Longshore.Storage.InMemory;
using Longshore.Tasks;

namespace Longshore.Simulation;

/// <summary>
/// One run of a scenario by one method, in virtual time and on one thread. Tasks come, agents work and fail as the
/// scenario and the seed say; who gets what is decided by the engine: its store in memory, its waiting room, its
/// distributor, its rules. Same scenario, method and seed: the same run.
/// </summary>
internal sealed partial class SimulationRun : IDisposable
{
    /// <summary>A Monday.</summary>
    private static readonly long OriginUs = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).ToMicroseconds();

    private const long HourUs = 3_600_000_000;
    private const long DayUs = 24 * HourUs;
    private readonly Scenario _scenario;
    private readonly Method _method;
    private readonly long _seed;
    private readonly VirtualClock _clock = new();
    private readonly Agenda _agenda = new();
    private readonly InMemoryStore _store;
    private readonly FlightDeck _deck;
    private readonly IDesk _desk;
    private readonly Dictionary<long, SimulatedTask> _tasks = [];
    private readonly Dictionary<string, SimulatedAgent> _byName = new(StringComparer.Ordinal);
    private readonly Rules.NamespaceRules _rules;
    private readonly bool _hasSteps;
    private IObserver[] _observers = [];
    private int _ready;

    public SimulationRun(Scenario scenario, Method method, long seed)
    {
        (_scenario, _method, _seed) = (scenario, method, seed);
        StartUs = OriginUs + (ScenarioRules.DayOf(scenario.FirstDay, "first_day") * DayUs);
        EndUs = StartUs + (long)Math.Round(scenario.Days * DayUs);
        _clock.NowUs = StartUs;
        _store = new InMemoryStore(new StoreOptions
        {
            Clock = _clock,
            Seed = unchecked((int)seed),
            HeartbeatTimeout = Limits.DurationMax,
        });
        _deck = new FlightDeck(_store, _clock) { OnStored = OnStored, OnFinished = OnFinished };
        _desk = method.IsPlan
            ? new PlanDesk(_store, _clock) { OnRefused = () => _isToPlan = true }
            : new OfferDesk(_store, _clock, unchecked((int)seed)) { OnExpired = OnExpired };
        _rules = method.Over(scenario.Rules.ToRules().Checked());
        Kinds = [.. scenario.Kinds.Select((kind, i) => new SimulatedKind(i, kind))];
        Agents = [.. scenario.Agents
            .SelectMany(crew => ScenarioRules.NamesOf(crew), (crew, name) => (crew, name))
            .Select((a, i) => new SimulatedAgent(i, a.name, a.crew) { OnGranted = OnGranted })];
        foreach (var kind in Kinds.Where(kind => kind.Spec.After is not null))
        {
            Kinds.First(first => first.Spec.Kind == kind.Spec.After).Followers.Add(kind);
        }

        _hasSteps = Kinds.Any(kind => kind.IsStep);
    }

    public IReadOnlyList<SimulatedKind> Kinds { get; }

    public IReadOnlyList<SimulatedAgent> Agents { get; }

    /// <summary>When it begins, in microseconds since 1970.</summary>
    public long StartUs { get; }

    /// <summary>When it ends.</summary>
    public long EndUs { get; }

    /// <summary>The rules all work is given out by.</summary>
    public Rules.NamespaceRules Rules => _rules;

    private bool IsPull => _method.IsPull;

    /// <summary>Who is told what happens.</summary>
    public void Observe(params IObserver[] observers) => _observers = observers;

    /// <summary>Runs it from beginning to end.</summary>
    public void Run(CancellationToken ct = default)
    {
        Begin();
        while (_agenda.TryNext(EndUs, out var entry))
        {
            ct.ThrowIfCancellationRequested();
            _clock.NowUs = entry.AtUs;
            Happen(entry);
            Settle();
        }

        _clock.NowUs = EndUs;
    }

    public void Dispose() => _desk.Dispose();

    private void Begin()
    {
        _store.Rules.SetAsync("default", _rules, null).AtOnce();
        foreach (var agent in Agents)
        {
            _byName.Add(agent.Agent, agent);
            _deck.Learn(agent);
            _store.Agents.RegisterAsync(agent.Registration).AtOnce();
            _store.Agents.SetModeAsync(agent.Agent, Longshore.Agents.AgentMode.Draining).AtOnce();
        }

        PlanShifts();
        foreach (var kind in Kinds.Where(kind => kind.Spec.Arrivals is not null))
        {
            _streams[kind.Index] = new ArrivalStream(
                kind.Spec.Arrivals!, _scenario.FirstDay, Chance.Of(_seed, -1 - kind.Index));
            PlanArrival(kind.Index);
        }

        _agenda.Add(StartUs + HourUs, Occasion.Pruning);
    }

    private void Happen(in Agenda.Entry entry)
    {
        _isToPlan |= entry.Occasion is not (Occasion.Plan or Occasion.Pruning);
        switch (entry.Occasion)
        {
            case Occasion.Arrival:
                Arrive(entry.Mark);
                break;
            case Occasion.PatienceEnds:
                Abandon(entry.Task!);
                break;
            case Occasion.Deadline:
                OnExpired(_store.Tasks.ExpireAsync(Limits.BatchMax).AtOnce());
                break;
            case Occasion.Response:
                Respond(entry.Agent!, entry.Task!, entry.Mark);
                break;
            case Occasion.WorkEnds:
                EndWork(entry.Agent!, entry.Task!, entry.Mark);
                break;
            case Occasion.Crash:
                Crash(entry.Agent!, entry.Task!, entry.Mark);
                break;
            case Occasion.Renewal:
                Renew(entry.Agent!, entry.Task!, entry.Mark);
                break;
            case Occasion.Recovery:
                Recover(entry.Agent!);
                break;
            case Occasion.ShiftStart:
                ComeToWork(entry.Agent!);
                break;
            case Occasion.ShiftEnd:
                GoHome(entry.Agent!);
                break;
            case Occasion.Staging:
                Stage(entry.Task!, entry.Mark);
                break;
            case Occasion.LeaseEnds:
                OnLost(_store.Tasks.RescueAsync(Limits.BatchMax).AtOnce(), withSession: false);
                break;
            case Occasion.LookAgain:
                _looksAgain = false;
                _deck.WakeEverybody();
                break;
            case Occasion.Plan:
                MakePlan();
                break;
            case Occasion.Pruning:
                Prune();
                break;
        }
    }

    /// <summary>Gives out all that can be given out at this instant.</summary>
    private void Settle()
    {
        do
        {
            _deck.Fly();
        }
        while (_method.Strategy is not null && _ready > 0 && _withRoom > 0 && MakeOffers());

        Note(What.Settled);
        PlanLook();
        PlanPlan();
    }

    private void Note(What what, SimulatedTask? task = null, SimulatedAgent? agent = null)
    {
        var happening = new Happening(_clock.NowUs, what, task, agent);
        foreach (var observer in _observers)
        {
            observer.Note(happening);
        }
    }

    private void Prune()
    {
        // Exclusion is about what was done; the steps of an item follow each other within this.
        var keptUs = _hasSteps ? 2 * DayUs : HourUs;
        _store.Tasks.PruneAsync(PrunePlan.Everything(_clock.NowUs - keptUs), int.MaxValue).AtOnce();
        _agenda.Add(_clock.NowUs + HourUs, Occasion.Pruning);
    }
}
