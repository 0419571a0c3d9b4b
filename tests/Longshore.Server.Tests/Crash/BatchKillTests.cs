using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Crash;

/// <summary>
/// The server is killed with SIGKILL while a batch is filled, worked on and ended. Whoever repeats what was not
/// answered has every task in it once, and one callback at its end.
/// </summary>
public sealed class BatchKillTests
{
    private const int Kills = 6;
    private const int PerAddition = 50;
    private const int Tasks = 40 * PerAddition;

    private long _batch;

    [Fact]
    public async Task Batch_is_filled_once_and_ends_once_through_kills()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = new ServerProcess();
        var random = new Random(20);
        for (var kill = 0; kill < Kills; kill++)
        {
            await server.StartAsync(ct);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var busy = Task.WhenAll(FillAsync(server, over.Token), WorkAsync(server, over.Token));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(150, 600)), TimeProvider.System, ct);
            await server.KillAsync();
            await over.CancelAsync();
            await busy;
        }

        await server.StartAsync(ct);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var last = Task.WhenAll(FillAsync(server, ended.Token), WorkAsync(server, ended.Token));
        await Patience.UntilAsync(
            async () => (long)(await server.GetAsync("tasks/counts", ct))["done"]! == Tasks + 1,
            atMost: TimeSpan.FromMinutes(2), ct);
        await ended.CancelAsync();
        await last;

        var batch = await server.GetAsync($"batches/{_batch}", ct);
        ((string)batch["state"]!, (int)batch["tasks"]!, (int)batch["done"]!).ShouldBe(("done", Tasks, Tasks));
        var told = (await server.GetAsync("tasks?kind=tell", ct))["items"]!.AsArray().ShouldHaveSingleItem()!;
        ((int)told["payload"]!["batch"]!["done"]!).ShouldBe(Tasks);
        ((int)told["attempts"]!).ShouldBeGreaterThan(0);
    }

    /// <summary>Begins the batch and adds to it from where it stands, until everything is in it.</summary>
    private async Task FillAsync(ServerProcess server, CancellationToken ct)
    {
        var started = await PostAsync(server, "batches", new JsonObject
        {
            ["code"] = "filled",
            ["open"] = true,
            ["on_end"] = Spec("tell"),
        }, ct);
        if (started is null)
        {
            return;
        }

        _batch = (long)started["batch"]!["id"]!;
        for (var at = 0; at < Tasks; at += PerAddition)
        {
            var added = await PostAsync(server, $"batches/{_batch}/tasks", new JsonObject
            {
                ["tasks"] = new JsonArray([.. Enumerable.Range(0, PerAddition).Select(_ => Spec("part"))]),
                ["at"] = at,
                ["close"] = at + PerAddition == Tasks,
            }, ct);
            if (added is null)
            {
                return;
            }
        }
    }

    private static async Task WorkAsync(ServerProcess server, CancellationToken ct)
    {
        await PostAsync(server, "agents", new JsonObject { ["name"] = "worker", ["max_concurrent"] = 50 }, ct);
        while (!ct.IsCancellationRequested)
        {
            var answer = await PostAsync(server, "claims", new JsonObject
            {
                ["agent"] = "worker",
                ["max"] = 20,
                ["lease_seconds"] = 1,
                ["wait_seconds"] = 0.2,
            }, ct);
            foreach (var claim in answer?["claims"]?.AsArray() ?? [])
            {
                var path = $"claims/{(long)claim!["task"]!["id"]!}/{(int)claim["epoch"]!}/complete";
                await PostAsync(server, path, new JsonObject(), ct);
            }

            if (answer is null)
            {
                return;
            }
        }
    }

    private static JsonObject Spec(string kind) => new()
    {
        ["kind"] = kind,
        ["max_attempts"] = 100,
        ["retry"] = new JsonObject { ["backoff"] = "fixed", ["delay_seconds"] = 0.05, ["cap_seconds"] = 0.05 },
    };

    /// <summary>Null when nobody answers, or the round is over.</summary>
    private static async Task<JsonNode?> PostAsync(
        ServerProcess server, string path, JsonObject body, CancellationToken ct)
    {
        try
        {
            return await server.PostAsync(path, body, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return null;
        }
    }
}
