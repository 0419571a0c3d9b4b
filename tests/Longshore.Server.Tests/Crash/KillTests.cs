using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Crash;

/// <summary>
/// The server is killed with SIGKILL in the middle of submissions, claims and completions, again and again.
/// Afterwards every acknowledged task is there, none was done twice under one epoch, and all work finishes (G1, G2,
/// G7).
/// </summary>
public sealed class KillTests
{
    private const int Submitters = 3;
    private const int Claimers = 4;
    private const int PerSubmission = 25;
    private const int SubmissionsMax = 14;
    private const int PerClaim = 20;
    private static readonly int Rounds = int.Parse(
        Environment.GetEnvironmentVariable("LONGSHORE_TEST_KILLS") ?? "8", CultureInfo.InvariantCulture);

    private readonly ConcurrentDictionary<string, long> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(long Id, int Epoch), int> _granted = [];
    private readonly ConcurrentDictionary<(long Id, int Epoch), int> _completed = [];
    private int _lastCode;

    [Fact]
    public async Task Everything_acknowledged_survives_kills_and_is_done_once_under_each_epoch()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = new ServerProcess();
        var random = new Random(20);
        var unsure = new ConcurrentBag<JsonArray>();
        for (var round = 0; round < Rounds; round++)
        {
            await server.StartAsync(ct);
            await RegisterAsync(server, ct);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
            Task[] busy =
            [
                .. Enumerable.Range(0, Submitters).Select(_ => SubmitAsync(server, unsure, over.Token)),
                .. Enumerable.Range(0, Claimers).Select(i => ClaimAsync(server, i, until: null, over.Token)),
            ];
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(300, 1200)), TimeProvider.System, ct);
            await server.KillAsync();
            await over.CancelAsync();
            await Task.WhenAll(busy);
        }

        await server.StartAsync(ct);
        await RegisterAsync(server, ct);
        foreach (var tasks in unsure)
        {
            // Nobody answered for these: sending them again under their keys must add each at most once.
            Acknowledge(await server.PostAsync("tasks/batch", Submission(tasks), ct));
        }

        _acknowledged.Count.ShouldBeGreaterThan(Rounds * PerSubmission);
        await FinishAllAsync(server, ct);
        await ShouldHaveLostNothingAsync(server, ct);
    }

    private async Task SubmitAsync(ServerProcess server, ConcurrentBag<JsonArray> unsure, CancellationToken ct)
    {
        for (var i = 0; i < SubmissionsMax && !ct.IsCancellationRequested; i++)
        {
            var tasks = new JsonArray([.. Enumerable.Range(0, PerSubmission).Select(_ => NewTask())]);
            var answer = await Answered(() => server.PostAsync("tasks/batch", Submission(tasks), ct), ct);
            if (answer is null)
            {
                unsure.Add(tasks);
                return;
            }

            Acknowledge(answer);
        }
    }

    private async Task ClaimAsync(ServerProcess server, int claimer, Func<bool>? until, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && until?.Invoke() != true)
        {
            var answer = await Answered(() => server.PostAsync("claims", Claim(claimer), ct), ct);
            if (answer is null)
            {
                return;
            }

            foreach (var claim in answer["claims"]!.AsArray())
            {
                var grant = ((long)claim!["task"]!["id"]!, (int)claim["epoch"]!);
                _granted.AddOrUpdate(grant, 1, (_, times) => times + 1);
                var path = string.Create(CultureInfo.InvariantCulture, $"claims/{grant.Item1}/{grant.Item2}/complete");
                var result = new JsonObject { ["result"] = grant.Item2 };
                var done = await Answered(
                    () => server.PostAsync(path, new JsonObject { ["result"] = grant.Item2 }, ct), ct);
                if (done is null)
                {
                    return;
                }

                if (done["conflict"] is null)
                {
                    _completed.AddOrUpdate(grant, 1, (_, times) => times + 1);
                }
            }
        }
    }

    private async Task FinishAllAsync(ServerProcess server, CancellationToken ct)
    {
        var done = false;
        var claimers = Enumerable.Range(0, Claimers).Select(i => ClaimAsync(server, i, () => done, ct)).ToList();
        await Patience.UntilAsync(
            async () =>
            {
                var counts = await server.GetAsync("tasks/counts", ct);
                return done = (long)counts["created"]! + (long)counts["in_progress"]! == 0;
            },
            atMost: TimeSpan.FromMinutes(2),
            ct);
        await Task.WhenAll(claimers);
    }

    private async Task ShouldHaveLostNothingAsync(ServerProcess server, CancellationToken ct)
    {
        _granted.Values.ShouldAllBe(times => times == 1, "an epoch was granted twice");
        _completed.Values.ShouldAllBe(times => times == 1, "an epoch was completed twice");
        var stored = await AllTasksAsync(server, ct);
        stored.Count.ShouldBe(_acknowledged.Count, "more tasks are stored than were submitted, or fewer");
        foreach (var (code, id) in _acknowledged)
        {
            stored.ShouldContainKey(id, $"the acknowledged task {code} is gone");
            ((string)stored[id]["code"]!).ShouldBe(code);
            ((string)stored[id]["state"]!).ShouldBe("done", $"task {code}");
        }

        foreach (var (id, epoch) in _completed.Keys)
        {
            ((int)stored[id]["epoch"]!).ShouldBe(epoch, "a task with an acknowledged completion was granted again");
        }
    }

    private static async Task<Dictionary<long, JsonNode>> AllTasksAsync(ServerProcess server, CancellationToken ct)
    {
        var all = new Dictionary<long, JsonNode>();
        string? after = null;
        do
        {
            var page = await server.GetAsync($"tasks?limit=1000{(after is null ? "" : $"&after={after}")}", ct);
            foreach (var task in page["items"]!.AsArray())
            {
                all.Add((long)task!["id"]!, task);
            }

            after = (string?)page["next"];
        }
        while (after is not null);
        return all;
    }

    private static async Task RegisterAsync(ServerProcess server, CancellationToken ct)
    {
        for (var i = 0; i < Claimers; i++)
        {
            (await server.PostAsync("agents", new JsonObject
            {
                ["name"] = Agent(i),
                ["max_concurrent"] = 2 * PerClaim,
            }, ct)).ShouldNotBeNull();
        }
    }

    private void Acknowledge(JsonNode? answer)
    {
        foreach (var task in answer!["tasks"]!.AsArray())
        {
            var code = (string)task!["code"]!;
            var id = (long)task["id"]!;
            _acknowledged.GetOrAdd(code, id).ShouldBe(id, "one idempotency key yielded two tasks");
        }
    }

    private JsonObject NewTask()
    {
        var code = string.Create(CultureInfo.InvariantCulture, $"crash-{Interlocked.Increment(ref _lastCode)}");
        return new JsonObject
        {
            ["kind"] = "crash",
            ["code"] = code,
            ["idempotency_key"] = code,
            ["max_attempts"] = 100,
            ["retry"] = new JsonObject { ["backoff"] = "fixed", ["delay_seconds"] = 0.05, ["cap_seconds"] = 0.05 },
        };
    }

    private static JsonObject Claim(int claimer) => new()
    {
        ["agent"] = Agent(claimer),
        ["max"] = PerClaim,
        ["lease_seconds"] = 1,
        ["wait_seconds"] = 0.2,
    };

    private static JsonObject Submission(JsonArray tasks) => new() { ["tasks"] = tasks.DeepClone() };

    private static string Agent(int i) => $"claimer-{i}";

    /// <summary>A call that the end of the round cuts off counts as unanswered.</summary>
    private static async Task<JsonNode?> Answered(Func<Task<JsonNode?>> call, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return null;
        }
    }
}
