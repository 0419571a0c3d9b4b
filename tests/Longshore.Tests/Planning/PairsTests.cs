using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Explain;
using Longshore.Hosting.Testing;
using Longshore.Planning;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Storage.InMemory;
using Longshore.Tasks;

namespace Longshore.Tests.Planning;

/// <summary>What is looked up for many pairs at once is what the one predicate says of each.</summary>
public sealed class PairsTests
{
    private static readonly string[] Words = ["a", "b", "c", "d"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_pair_is_judged_as_if_it_were_asked_alone()
    {
        var clock = new ManualTimeProvider();
        var told = new HashSet<Obstacle>();
        for (var seed = 0; seed < 200; seed++)
        {
            var chance = new Random(seed);
            await using var store = new InMemoryStore(new StoreOptions { Clock = clock, Seed = seed });
            var now = clock.GetUtcNow();
            var crowd = Enumerable.Range(0, 1 + chance.Next(40)).Select(i => AgentOf(chance, i, now)).ToList();
            var rules = new NamespaceRules();
            var pairs = new Pairs(store, rules, [], crowd, now);
            for (var id = 1; id <= 15; id++)
            {
                var task = TaskOf(chance, id, now);
                var row = await pairs.OfAsync(task, Ct);
                var alone = new Eligibility(rules, TaskGuards.None, [], store.Info, now);
                for (var i = 0; i < crowd.Count; i++)
                {
                    var expected = alone.Find(task, crowd[i], crowd);
                    row.ObstacleOf(i).ShouldBe(expected, $"seed {seed}, task {id}, agent {i}");
                    told.Add(expected);
                    row.MatchOf(i).ShouldBe(crowd[i].Usable.MatchScore(task.Asks.Requires, task.Spec.Match));
                    row.PerformanceOf(i).ShouldBe(
                        crowd[i].Agent.Supplied
                        ?? crowd[i].Agent.Record.At(now.ToMicroseconds(), store.Info.ReputationHalfLife)
                            .ScoreFor(task.Asks.Requires));
                }
            }
        }

        told.Count.ShouldBeGreaterThanOrEqualTo(12, "otherwise too little was tried");
    }

    private static Candidate AgentOf(Random chance, int id, DateTimeOffset now)
    {
        var capabilities = Words.Where(_ => chance.Next(3) > 0).Select(word => new Capability(word, 1 + chance.Next(3))
        {
            ExpiresAt = chance.Next(4) == 0 ? now.AddHours(chance.Next(-1, 2)) : null,
        }).ToList();
        var record = AgentRecord.Empty;
        var profile = new AgentRegistration
        {
            Name = $"agent-{id}",
            Capabilities = capabilities,
            MaxConcurrent = 2,
            Kinds = chance.Next(6) == 0 ? ["other"] : [],
            Namespaces = chance.Next(8) == 0 ? ["elsewhere"] : ["default"],
            PriorityLevels = chance.Next(8) == 0 ? [9] : [],
            Reputation = chance.Next(3) == 0 ? chance.NextDouble() : null,
        };
        for (var i = chance.Next(3); i > 0; i--)
        {
            var lesson = new Lesson([new Requirement(Words[chance.Next(4)])], chance.Next(3) * 1_000_000, 1_000_000);
            record = record.Plus(lesson, profile, now.ToMicroseconds(), TimeSpan.FromDays(30));
        }

        var agent = new Agent
        {
            Id = id,
            Profile = profile,
            LastSeen = now,
            Record = record,
            Load = chance.Next(6) == 0 ? 1 : 0,
            Mode = chance.Next(8) == 0 ? AgentMode.Draining : AgentMode.Available,
            Unavailable = chance.Next(4) == 0 ? ["a"] : [],
            Authorised = chance.Next(4) == 0 ? ["a", "b"] : null,
        };
        return new Candidate(agent, new Dictionary<string, Breaker>(), chance.Next(9) == 0, now);
    }

    private static WorkTask TaskOf(Random chance, int id, DateTimeOffset now) => new()
    {
        Id = id,
        Spec = new NewTask
        {
            Kind = "k",
            Requires = [.. Words.Where(_ => chance.Next(2) == 0).Select(w => new Requirement(w, 1 + chance.Next(3)))],
            MinimumMatch = chance.Next(2) == 0 ? 1 : 0.5,
            Match = (MatchMode)chance.Next(3),
            Owner = chance.Next(6) == 0 ? "agent-1" : null,
            Priority = chance.Next(8, 10),
        },
        CreatedAt = now,
        AvailableAt = now,
        Suspect = chance.Next(6) == 0,
        State = chance.Next(12) == 0 ? TaskState.Done : TaskState.Created,
    };
}
