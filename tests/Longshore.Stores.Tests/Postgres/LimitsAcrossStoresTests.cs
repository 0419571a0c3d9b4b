using System.Globalization;
using Longshore.Agents;
using Longshore.Postgres;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Stores.Tests.Races;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Limits where several nodes grant and end at once: none is exceeded, and nothing is lost.</summary>
[Trait("suite", "long")]
public sealed class LimitsAcrossStoresTests : ManyStores
{
    private const int OfAll = 7;
    private const int OfKind = 3;
    private const int Keys = 5;
    private const int MostOfKey = 2;

    [Fact]
    public async Task Stores_that_claim_and_end_at_once_exceed_no_limit_and_lose_no_task()
    {
        await SetAsync(Stores[0], Limited());
        await RegisterAllAsync();
        var inserted = 0;
        var most = 0;
        var held = new List<Grant>[Count];
        var former = new List<Grant>[Count];
        Array.Fill(held, []);
        await Contest.RunAsync(
            Count,
            Scale.Of(250),
            async round =>
            {
                // What the last round left is all held now.
                held.CopyTo(former, 0);
                most = Math.Max(most, ShouldBeWithinLimits([.. held.SelectMany(grants => grants)]));
                if (round % 20 == 0)
                {
                    NewTask[] tasks = [.. Enumerable.Range(0, 120).Select(i => Made(inserted + i))];
                    await InsertAsync(Stores[round / 20 % Count], tasks);
                    inserted += tasks.Length;
                }
            },
            async (entrant, round) =>
            {
                if (entrant == 0 && round % 25 == 7)
                {
                    await SetAsync(Stores[1], Limited());
                }

                // Another store ends what this one was given. The first claim locks items and no limits, the second
                // both: some such rounds wait for each other.
                await FinishAsync(
                    Stores[(entrant + 1) % Count], former[entrant],
                    round % 3 == 0 ? FinishKind.Release : FinishKind.Complete);
                held[entrant] = await ClaimAsync(Stores[entrant], entrant, 1 + (round % 3));
            },
            Ct);
        most.ShouldBe(OfAll);

        // What nobody was given yet can be had, all of it.
        await FinishAsync(Stores[0], held.SelectMany(grants => grants));
        for (var idle = 0; idle < Count;)
        {
            var grants = await ClaimAsync(Stores[idle], idle, OfAll);
            await FinishAsync(Stores[idle], grants);
            idle = grants.Count > 0 ? 0 : idle + 1;
        }

        (await Stores[0].Queries.CountByStateAsync(ct: Ct))[TaskState.Done].ShouldBe(inserted);
        (await Stores[0].Rules.LimitsAsync("default", Ct)).ShouldAllBe(limit => limit.InProgress == 0);
    }

    [Fact]
    public async Task Stores_that_claim_at_once_exceed_no_rate_over_any_time()
    {
        var (ofKind, ofKey) = (Rate(400, burst: 20), Rate(60, burst: 3));
        await SetAsync(Stores[0], new NamespaceRules
        {
            Kinds = new Dictionary<string, StepRules>
            {
                ["scan"] = new()
                {
                    Limit = new LimitRules { Rate = ofKind, PerKey = new LimitRules { Rate = ofKey } },
                },
            },
        });
        await RegisterAllAsync();
        await InsertAsync(Stores[0], [.. Enumerable.Range(0, 1000).Select(i => new NewTask
        {
            Kind = "scan",
            LimitKey = i % 20 == 0 ? null : KeyOf(i),
        })]);
        await Contest.RunAsync(
            Count,
            Scale.Of(400),
            _ => Task.CompletedTask,
            async (entrant, round) =>
            {
                var grants = await ClaimAsync(Stores[entrant], entrant, 4);
                await FinishAsync(Stores[entrant], grants, round % 2 == 0 ? FinishKind.Release : FinishKind.Complete);
            },
            Ct);

        var granted = await GrantedAsync();
        granted.Count.ShouldBeGreaterThan(100);
        MostAtOnce([.. granted.Select(one => one.AtUs)], ofKind).ShouldBeLessThanOrEqualTo(ofKind.Size);
        foreach (var key in granted.Where(one => one.Key.Length > 0).GroupBy(one => one.Key))
        {
            MostAtOnce([.. key.Select(one => one.AtUs)], ofKey).ShouldBeLessThanOrEqualTo(ofKey.Size, key.Key);
        }
    }

    /// <summary>Looks at all that is held at one time; answers how much of it is limited.</summary>
    private static int ShouldBeWithinLimits(List<Grant> held)
    {
        held.Select(grant => grant.TaskId).Distinct().Count().ShouldBe(held.Count, "something was given out twice");
        var limited = held.FindAll(grant => grant.Task.Spec.Namespace == "default");
        limited.Count.ShouldBeLessThanOrEqualTo(OfAll);
        limited.Count(grant => grant.Task.Spec.Kind == "scan").ShouldBeLessThanOrEqualTo(OfKind);
        limited.GroupBy(grant => grant.Task.Spec.LimitKey).ShouldAllBe(ofKey => ofKey.Count() <= MostOfKey);
        return limited.Count;
    }

    private async Task RegisterAllAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            await RegisterAsync(Agent($"limited-{i}", "default", "free"));
            await RegisterAsync(Agent($"free-{i}", "free"));
        }

        static AgentRegistration Agent(string name, params string[] namespaces) =>
            new() { Name = name, MaxConcurrent = 10, Namespaces = namespaces };
    }

    private static NamespaceRules Limited() => new()
    {
        Limit = new LimitRules { InProgress = OfAll, PerKey = new LimitRules { InProgress = MostOfKey } },
        Kinds = new Dictionary<string, StepRules>
        {
            ["scan"] = new() { Limit = new LimitRules { InProgress = OfKind } },
        },
    };

    private static RateRule Rate(int tasks, int burst) =>
        new() { Tasks = tasks, Per = TimeSpan.FromSeconds(1), Burst = burst };

    /// <summary>A third is free, items of three steps; the others are limited.</summary>
    private static NewTask Made(int i) => (i % 3) switch
    {
        0 => new NewTask { Kind = "scan", LimitKey = KeyOf(i) },
        1 => new NewTask { Kind = "build", LimitKey = KeyOf(i), Group = $"g-{i / 9}", Step = $"s-{i % 9}" },
        _ => new NewTask { Namespace = "free", Kind = "k", Group = $"g-{i / 9}", Step = $"s-{i % 9}" },
    };

    private static string KeyOf(int i) => (i % Keys).ToString(CultureInfo.InvariantCulture);

    private static async Task<List<Grant>> ClaimAsync(PostgresStore store, int entrant, int max)
    {
        var batch = new TaskBatch();
        batch.Claims.Add(new ClaimRequest { Agent = $"free-{entrant}", Max = max });
        batch.Claims.Add(new ClaimRequest { Agent = $"limited-{entrant}", Max = max });
        return [.. (await store.Tasks.CommitAsync(batch, Ct)).Claims.SelectMany(claim => claim.Grants)];
    }

    /// <summary>The most grants over the time between two of them, less what that time has brought.</summary>
    private static double MostAtOnce(List<long> grantedUs, RateRule rate)
    {
        grantedUs.Sort();
        var (most, least) = (double.MinValue, double.MaxValue);
        for (var i = 0; i < grantedUs.Count; i++)
        {
            // Of grants i to j, j − i + 1 − (tⱼ − tᵢ) / interval is largest where i − tᵢ / interval is least.
            var level = i - ((double)(grantedUs[i] - grantedUs[0]) / rate.IntervalUs);
            least = Math.Min(least, level);
            most = Math.Max(most, level - least + 1);
        }

        return Math.Floor(most);
    }

    private async Task<List<(string Key, long AtUs)>> GrantedAsync()
    {
        await using var connection = await Stores[0].Database.Source.OpenConnectionAsync(Ct);
        await using var command = new NpgsqlCommand(
            Stores[0].Database.InSchema("""
                select coalesce(t.limit_key, ''), g.granted_us
                from (select id, granted_us from longshore.finished
                      union all select task_id, granted_us from longshore.assignments) g (id, granted_us)
                join longshore.tasks t on t.id = g.id
                """),
            connection);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var granted = new List<(string, long)>();
        while (await reader.ReadAsync(Ct))
        {
            granted.Add((reader.GetString(0), reader.GetInt64(1)));
        }

        return granted;
    }
}
