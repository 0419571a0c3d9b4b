using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Matching;

namespace Longshore.Tests.Matching;

/// <summary>The index against the plain truth: a sorted list filtered by the one predicate.</summary>
public sealed class ReadyIndexTests
{
    private readonly ClassIndex _classes = new();
    private readonly ReadyIndex _index = new();
    private readonly List<Place> _truth = [];
    private long _lastId;

    [Theory]
    [InlineData(1, 3, 40)]
    [InlineData(2, 40, 3)]
    [InlineData(3, 300, 12)]
    [InlineData(4, 3000, 2)]
    public void Walk_yields_what_sorting_everything_would_whatever_was_added_and_removed(
        int seed, int classes, int density)
    {
        var random = new Random(seed);
        AddClasses(random, classes);
        for (var step = 0; step < classes * density; step++)
        {
            if (_truth.Count > 0 && random.Next(3) == 0)
            {
                // Mostly from the front, as claims do; sometimes anywhere, as cancellation does.
                Remove(random.Next(4) == 0 ? random.Next(_truth.Count) : 0);
            }
            else
            {
                Add(random);
            }
        }

        _index.Count.ShouldBe(_truth.Count);
        foreach (var capabilities in (int[])[1, 4, 10])
        {
            ShouldWalkInOrder(AgentWith(random, capabilities), random.Next(1, 50));
        }
    }

    [Fact]
    public void Walk_among_kinds_yields_only_those()
    {
        var random = new Random(5);
        AddClasses(random, 100);
        for (var i = 0; i < 2000; i++)
        {
            Add(random);
        }

        var eligible = AgentWith(random, 10).CatchUp(_classes);
        var walk = new ReadyWalk(_index);
        walk.Start(eligible, eligible.OfKind("kind-1", _classes), 10);
        var expected = _truth.Where(p => _classes[p.ClassId].Key.Kind == "kind-1").Order().ToList();
        Taken(walk, int.MaxValue).ShouldBe(expected);
    }

    [Fact]
    public void Classes_that_appear_later_are_taken_in()
    {
        var random = new Random(6);
        AddClasses(random, 10);
        var agent = AgentWith(random, 10);
        var expected = agent.CatchUp(_classes).List!.Count(id => KindOf(id) == "kind-0");
        agent.OfKind("kind-0", _classes).Count.ShouldBe(expected);

        AddClasses(random, 100);
        for (var i = 0; i < 500; i++)
        {
            Add(random);
        }

        ShouldWalkInOrder(agent, 500);
        agent.OfKind("kind-0", _classes).ShouldBe(agent.List!.Where(id => KindOf(id) == "kind-0"));
    }

    [Fact]
    public void Thousands_of_eligible_classes_are_found_without_a_list_of_them()
    {
        var random = new Random(7);
        for (var i = 0; i < 6000; i++)
        {
            _classes.Add(new ClassKey("default", $"kind-{i}", [], 1.0, null));
            Add(random);
        }

        var agent = AgentWith(random, 1).CatchUp(_classes);
        agent.List.ShouldBeNull();
        ShouldWalkInOrder(agent, 200);
    }

    [Fact]
    public void Emptied_index_starts_over()
    {
        var random = new Random(8);
        AddClasses(random, 20);
        for (var i = 0; i < 100; i++)
        {
            Add(random);
        }

        _index.Clear();
        _truth.Clear();
        _index.Count.ShouldBe(0);
        _index.ClassCount.ShouldBe(0);
        Add(random);
        ShouldWalkInOrder(AgentWith(random, 10), 5);
    }

    private void ShouldWalkInOrder(EligibleClasses agent, int count)
    {
        agent.CatchUp(_classes);
        var expected = _truth.Where(p => agent.Contains(p.ClassId)).Order().Take(count).ToList();
        var walk = new ReadyWalk(_index);
        walk.Start(agent, null, count);
        Taken(walk, count).ShouldBe(expected);
    }

    private static List<Place> Taken(ReadyWalk walk, int count)
    {
        var taken = new List<Place>();
        while (taken.Count < count && walk.Next(out var place))
        {
            taken.Add(place);
        }

        return taken;
    }

    private string KindOf(int classId) => _classes[classId].Key.Kind;

    private void AddClasses(Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var needed = random.Next(0, 4);
            var requires = Requirement.Canonical(Enumerable.Range(0, needed).Select(_ => Capability(random)));
            var key = new ClassKey("default", $"kind-{i % 7}", requires, 1.0, null);
            if (!_classes.TryGet(key, out _))
            {
                _classes.Add(key);
            }
        }
    }

    private static Requirement Capability(Random random) => new($"c{random.Next(10)}", random.Next(1, 3));

    private static EligibleClasses AgentWith(Random random, int capabilities)
    {
        var names = Enumerable.Range(0, 10).OrderBy(_ => random.Next()).Take(capabilities);
        List<Capability> held = [.. names.Select(n => new Capability($"c{n}", 3))];
        var profile = new AgentRegistration { Name = "walker", Capabilities = held };
        return new EligibleClasses(profile, new CapabilitySet(held, DateTimeOffset.UnixEpoch));
    }

    private void Add(Random random)
    {
        // Ranks grow as time does, with the jumps that priorities make, and many ties.
        var rank = (_lastId / 3) + (random.Next(11) * 40);
        var place = new Place(++_lastId, random.Next(_classes.Count), rank, 0, 0, 0, 5, PlaceFlags.None);
        _index.Add(place);
        var at = _truth.BinarySearch(place);
        _truth.Insert(~at, place);
    }

    private void Remove(int at)
    {
        _index.Remove(_truth[at]);
        _truth.RemoveAt(at);
    }
}
