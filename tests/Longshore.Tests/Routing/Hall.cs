using Longshore.Routing;
using Longshore.Routing.Strategies;

namespace Longshore.Tests.Routing;

/// <summary>A board with one class of tasks, asked and reserved as a distributor does.</summary>
internal sealed class Hall
{
    public Hall(int seed = 1)
    {
        Random = new Random(seed);
        Eligible = Board.AddClass();
    }

    public static TheoryData<RoutingStrategy> Strategies => [.. Enum.GetValues<RoutingStrategy>()];

    public AgentBoard Board { get; } = new();

    public EligibleAgents Eligible { get; }

    public RouteCursor Cursor { get; set; } = new();

    public Random Random { get; }

    public long NowUs { get; set; } = 1;

    /// <summary>Adds an agent that can do the class.</summary>
    public Hall With(
        string name, int max = 1, int load = 0, double? score = null, double match = 1, uint? levels = null,
        bool online = true)
    {
        var slot = Board.Put(new AgentFacts
        {
            Name = name,
            MaxConcurrent = max,
            Load = load,
            Score = score,
            IsOnline = online,
            PriorityLevels = levels ?? AgentFacts.AllLevels,
        });
        Eligible.Add(slot, match);
        return this;
    }

    public Choice Choice(int? priority = null, params string[] refused)
    {
        var set = new SlotSet(Board.Capacity);
        foreach (var slot in refused.Select(Board.SlotOf).Where(slot => slot >= 0))
        {
            set.Add(slot);
        }

        return new Choice(Board, Eligible, Cursor, Random) { NowUs = NowUs, Priority = priority, Refused = set };
    }

    /// <summary>Who would be given a task, by name.</summary>
    public string? Ask(RoutingStrategy strategy, int? priority = null, params string[] refused) =>
        Ask(RoutingStrategies.Of(strategy), priority, refused);

    public string? Ask(IRoutingStrategy strategy, int? priority = null, params string[] refused)
    {
        var slot = Router.Choose(strategy, Choice(priority, refused));
        return slot < 0 ? null : Board[slot].Name;
    }

    /// <summary>Gives a task to whoever is chosen, and says to whom.</summary>
    public string? Grant(RoutingStrategy strategy, params string[] refused)
    {
        var choice = Choice(null, refused);
        var slot = Router.Choose(RoutingStrategies.Of(strategy), choice);
        if (slot < 0)
        {
            return null;
        }

        Router.Reserve(choice, slot);
        return Board[slot].Name;
    }

    public void End(string name, GrantEnd end) => Board.Release(Board.SlotOf(name), end, NowUs);
}
