using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Crash;

/// <summary>
/// Submitters and agents over HTTP, shared out to several servers on one database. Whoever gets no answer, or is told
/// that the store fails, asks again: submissions under their keys, until they are acknowledged.
/// </summary>
internal sealed class SharedLoad(IReadOnlyList<ServerProcess> servers)
{
    private const int Claimers = 4;
    private const int PerSubmission = 20;
    private const int PerClaim = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, long> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(long Id, int Epoch), int> _granted = [];
    private readonly ConcurrentDictionary<(long Id, int Epoch), int> _completed = [];
    private volatile bool _enough;
    private volatile bool _over;
    private int _lastCode;

    /// <summary>Tasks whose completion was acknowledged.</summary>
    public int Completed => _completed.Count;

    /// <summary>Submits and works while <paramref name="trouble"/> lasts, and then until all work is done.</summary>
    public async Task RunAsync(Func<Task> trouble, TimeSpan finishedWithin, CancellationToken ct)
    {
        await UntilAllRegisteredAsync(ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var submitters = servers.Select(server => Task.Run(() => SubmitAsync(server, stop.Token), ct)).ToList();
        var claimers = Enumerable.Range(0, Claimers)
            .Select(i => Task.Run(() => ClaimAsync(i, stop.Token), ct)).ToList();
        try
        {
            await UntilMoreIsDoneAsync(ct);
            await trouble();
            await UntilMoreIsDoneAsync(ct);
            _enough = true;
            await Task.WhenAll(submitters).WaitAsync(finishedWithin, TimeProvider.System, ct);
            await Patience.UntilAsync(
                () => Task.FromResult(_completed.Keys.Select(c => c.Id).Distinct().Count() >= _acknowledged.Count),
                finishedWithin,
                ct);
            _over = true;
            await Task.WhenAll(claimers).WaitAsync(finishedWithin, TimeProvider.System, ct);
        }
        catch (OperationCanceledException) when (submitters.Concat(claimers).Any(t => t.IsFaulted))
        {
            await Task.WhenAll(submitters.Concat(claimers).Where(t => t.IsFaulted));
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    /// <summary>Work goes on by itself: within ten seconds more of it is done than now.</summary>
    public Task UntilMoreIsDoneAsync(CancellationToken ct)
    {
        var before = Completed;
        return Patience.UntilAsync(
            () => Task.FromResult(Completed >= before + 100), TimeSpan.FromSeconds(10), ct);
    }

    /// <summary>
    /// Everything acknowledged is stored and done, and nothing was granted or done twice under one epoch.
    /// </summary>
    public async Task ShouldHaveLostNothingAsync(CancellationToken ct)
    {
        _granted.Values.ShouldAllBe(times => times == 1, "an epoch was granted twice");
        _completed.Values.ShouldAllBe(times => times == 1, "an epoch was completed twice");
        var counts = (await AskAsync(servers[0], client => client.GetAsync("tasks/counts", ct), ct))!;
        ((long)counts["done"]!).ShouldBe(_acknowledged.Count);
        counts.AsObject().Where(c => c.Value is JsonValue value && value.GetValueKind() == JsonValueKind.Number)
            .Sum(c => (long)c.Value!).ShouldBe(_acknowledged.Count, "more is stored than was submitted, or less");
        foreach (var (id, epoch) in _completed.Keys)
        {
            _granted.Keys.Where(g => g.Id == id).Max(g => g.Epoch).ShouldBe(
                epoch, "a task with an acknowledged completion was granted again");
        }
    }

    private async Task UntilAllRegisteredAsync(CancellationToken ct)
    {
        for (var i = 0; i < Claimers; i++)
        {
            var agent = new JsonObject { ["name"] = Agent(i), ["max_concurrent"] = 4 * PerClaim };
            (await AskAsync(servers[i % servers.Count], c => c.PostAsJsonAsync("agents", agent, ct), ct))
                .ShouldNotBeNull();
        }
    }

    private async Task SubmitAsync(ServerProcess server, CancellationToken ct)
    {
        while (!_enough)
        {
            var tasks = new JsonArray([.. Enumerable.Range(0, PerSubmission).Select(_ => NewTask())]);
            var body = new JsonObject { ["tasks"] = tasks };
            JsonNode? answer = null;
            while (answer is null)
            {
                answer = await AskAsync(server, client => client.PostAsJsonAsync("tasks/batch", body, ct), ct);
            }

            foreach (var task in answer["tasks"]!.AsArray())
            {
                _acknowledged[(string)task!["code"]!] = (long)task["id"]!;
            }

            await Task.Delay(Pause, TimeProvider.System, ct);
        }
    }

    private async Task ClaimAsync(int claimer, CancellationToken ct)
    {
        var server = servers[claimer % servers.Count];
        while (!_over)
        {
            var body = new JsonObject
            {
                ["agent"] = Agent(claimer),
                ["max"] = PerClaim,
                ["lease_seconds"] = 1,
                ["wait_seconds"] = 0.2,
            };
            var answer = await AskAsync(server, client => client.PostAsJsonAsync("claims", body, ct), ct);
            foreach (var claim in answer?["claims"]?.AsArray() ?? [])
            {
                await CompleteAsync(server, ((long)claim!["task"]!["id"]!, (int)claim["epoch"]!), ct);
            }
        }
    }

    private async Task CompleteAsync(ServerProcess server, (long Id, int Epoch) grant, CancellationToken ct)
    {
        _granted.AddOrUpdate(grant, 1, (_, times) => times + 1);
        var path = string.Create(CultureInfo.InvariantCulture, $"claims/{grant.Id}/{grant.Epoch}/complete");

        // Sent again under its key until somebody says whether it counts.
        var body = new JsonObject { ["result"] = grant.Epoch, ["key"] = path };
        JsonNode? done = null;
        while (done is null)
        {
            done = await AskAsync(server, client => client.PostAsJsonAsync(path, body, ct), ct);
        }

        if (done["conflict"] is null)
        {
            _completed.AddOrUpdate(grant, 1, (_, times) => times + 1);
        }
    }

    /// <summary>The body of a success; null when there was no answer, or one that says to ask again.</summary>
    private static async Task<JsonNode?> AskAsync(
        ServerProcess server, Func<HttpClient, Task<HttpResponseMessage>> ask, CancellationToken ct)
    {
        try
        {
            using var client = new HttpClient
            {
                BaseAddress = new Uri(server.Address, "api/v1/"),
                Timeout = TimeSpan.FromSeconds(20),
            };
            using var response = await ask(client);
            var text = await response.Content.ReadAsStringAsync(ct);
            if ((int)response.StatusCode == 409)
            {
                return new JsonObject { ["conflict"] = true };
            }

            if ((int)response.StatusCode is >= 500 or 429)
            {
                await Task.Delay(Pause, TimeProvider.System, ct);
                return null;
            }

            response.IsSuccessStatusCode.ShouldBeTrue($"{(int)response.StatusCode} {text}");
            return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text);
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            await Task.Delay(Pause, TimeProvider.System, ct);
            return null;
        }
    }

    private JsonObject NewTask()
    {
        var code = string.Create(CultureInfo.InvariantCulture, $"shared-{Interlocked.Increment(ref _lastCode)}");
        return new JsonObject
        {
            ["kind"] = "crash",
            ["code"] = code,
            ["idempotency_key"] = code,
            ["max_attempts"] = 100,
            ["retry"] = new JsonObject { ["backoff"] = "fixed", ["delay_seconds"] = 0.05, ["cap_seconds"] = 0.05 },
        };
    }

    private static string Agent(int i) => $"claimer-{i}";
}
