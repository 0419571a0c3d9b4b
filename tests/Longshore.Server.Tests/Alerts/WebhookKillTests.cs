using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Longshore.Server.Tests.Crash;
using Longshore.Stores.Tests.Postgres;
using Npgsql;

namespace Longshore.Server.Tests.Alerts;

/// <summary>
/// A server is killed with SIGKILL between the failure of a task and its delivery: every failure is told at least once,
/// by one delivery of its own, whoever comes back or was there all the time.
/// </summary>
public sealed class WebhookKillTests
{
    private const int Rounds = 4;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_failure_is_told_though_the_server_is_killed_in_between()
    {
        await using var server = new ServerProcess("--private-webhooks");
        await TellAllAsync([server]);
    }

    [Fact]
    [Trait("suite", "long")]
    public async Task Every_failure_is_told_though_one_of_two_nodes_on_PostgreSQL_is_killed_in_between()
    {
        using var postgres = new PostgresServer(safe: true);
        await using (var connection = new NpgsqlConnection(postgres.Connection + ";Pooling=false"))
        {
            await connection.OpenAsync(Ct);
            await using var create = new NpgsqlCommand("create database longshore", connection);
            await create.ExecuteNonQueryAsync(Ct);
        }

        var store = string.Create(
            CultureInfo.InvariantCulture,
            $"postgres:Host=127.0.0.1;Port={postgres.Port};Username=postgres;Database=longshore");
        await using var here = new ServerProcess("--private-webhooks") { Store = store };
        await using var there = new ServerProcess("--private-webhooks") { Store = store };
        await TellAllAsync([here, there]);
    }

    private static async Task TellAllAsync(ServerProcess[] nodes)
    {
        await using var receiver = await HookReceiver.StartAsync();
        receiver.Refusing = 2;
        await Task.WhenAll(nodes.Select(node => node.StartAsync(Ct)));
        var hook = new JsonObject { ["name"] = "ops", ["url"] = receiver.Url, ["secret"] = HookReceiver.Secret };
        var rules = new JsonObject { ["alerts"] = new JsonObject { ["webhooks"] = new JsonArray(hook) } };
        (await nodes[0].Http.PutAsJsonAsync("namespaces/default/rules", rules, Ct)).EnsureSuccessStatusCode();
        var failed = new HashSet<long>();
        for (var round = 0; round < Rounds; round++)
        {
            var node = nodes[round % nodes.Length];
            failed.Add(await FailAsync(node));
            failed.Add(await FailAsync(node));
            await node.KillAsync();
            await node.StartAsync(Ct);
        }

        await Patience.UntilAsync(
            () => Task.FromResult(Told().Count == failed.Count), TimeSpan.FromMinutes(2), Ct);
        Told().ShouldBe(failed, ignoreOrder: true);
        receiver.Accepted.Select(told => told.Delivery).Distinct().Count()
            .ShouldBe(failed.Count, "there is one delivery of each, though one may arrive twice");
        receiver.Forged.ShouldBe(0);
        var deliveries = (await nodes[0].GetAsync("tasks?namespace=longshore", Ct))["items"]!.AsArray();
        deliveries.Count.ShouldBe(failed.Count, "exactly one task for each failure");

        HashSet<long> Told() => [.. receiver.Accepted.Select(told => (long)told.Alert["task"]!["id"]!)];
    }

    private static async Task<long> FailAsync(ServerProcess server)
    {
        await server.PostAsync("agents", new JsonObject { ["name"] = "agent-a" }, Ct);
        await server.PostAsync("tasks", new JsonObject { ["kind"] = "scan" }, Ct);
        var claims = await server.PostAsync("claims", new JsonObject { ["agent"] = "agent-a" }, Ct);
        var claim = claims!["claims"]!.AsArray().ShouldHaveSingleItem()!;
        var id = (long)claim["task"]!["id"]!;
        var path = string.Create(CultureInfo.InvariantCulture, $"claims/{id}/{(int)claim["epoch"]!}/fail");
        await server.PostAsync(path, new JsonObject { ["retry"] = false }, Ct);
        return id;
    }
}
