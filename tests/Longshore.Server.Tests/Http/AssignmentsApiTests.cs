using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Http;

/// <summary>Offers, rules and breakers as a program in any language sees them.</summary>
public sealed class AssignmentsApiTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Task_is_assigned_accepted_and_rejected_in_plain_json()
    {
        await OkAsync(HttpMethod.Post, "agents", """
            {"name":"agent-a","principal":"ann","priority_levels":[5],
             "capabilities":[{"name":"greek","level":3,"expires_at":"2040-01-01T00:00:00Z","grace_seconds":60}]}
            """);
        var agent = await OkAsync(HttpMethod.Get, "agents/agent-a");
        ((double)agent["capabilities"]![0]!["grace_seconds"]!).ShouldBe(60);
        ((string)agent["principal"]!).ShouldBe("ann");
        agent["priority_levels"]!.ToJsonString().ShouldBe("[5]");
        await OkAsync(HttpMethod.Post, "tasks", """{"kind":"x","group":"g","step":"s","match":"flexible"}""");

        var offer = await OkAsync(HttpMethod.Post, "tasks/1/assign", """{"agent":"agent-a","actor":"boss"}""");
        ((string)offer["task"]!["state"]!).ShouldBe("assigned");
        ((string)offer["task"]!["match"]!).ShouldBe("flexible");
        var offers = await OkAsync(HttpMethod.Get, "agents/agent-a/offers?wait_seconds=1");
        ((int)offers["claims"]![0]!["epoch"]!).ShouldBe(1);
        (await OkAsync(HttpMethod.Post, "tasks/1/accept", """{"epoch":1}"""))["lease_until"].ShouldNotBeNull();
        await OkAsync(HttpMethod.Post, "claims/1/1/renew", """{"draft":{"page":2}}""");
        ((int)(await OkAsync(HttpMethod.Get, "tasks/1"))["draft"]!["page"]!).ShouldBe(2);
        var rejected = await OkAsync(
            HttpMethod.Post, "tasks/1/reject", """{"epoch":1,"reason":"missing_context","text":"no scan"}""");
        ((string)rejected["state"]!).ShouldBe("created");
        var found = await OkAsync(HttpMethod.Get, "assignments?agent=agent-a&status=rejected,expired&task=1");
        var record = found["items"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)record["status"]!).ShouldBe("rejected");
        ((string)record["reason"]!).ShouldBe("missing_context");
        ((string)record["error"]!).ShouldBe("no scan");
    }

    [Fact]
    public async Task Full_queue_answers_429_with_the_namespace_and_its_bound()
    {
        await OkAsync(HttpMethod.Put, "namespaces/default/rules", """{"max_pending":1}""");
        await OkAsync(HttpMethod.Post, "tasks", """{"kind":"x"}""");
        using var response = await SendAsync(HttpMethod.Post, "tasks", """{"kind":"x"}""");
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter.ShouldNotBeNull();
        var problem = await JsonAsync(response);
        ((string)problem["code"]!).ShouldBe("queue_full");
        ((string)problem["field"]!).ShouldBe("namespace");
        ((string)problem["detail"]!).ShouldBe(
            "namespace: in 'default' as many tasks wait as its rules allow, 1; try again later");
        var batch = await OkAsync(HttpMethod.Post, "tasks/batch", """{"tasks":[{"kind":"x"}]}""");
        ((string)batch["tasks"]![0]!["status"]!).ShouldBe("queue_full");
    }

    [Fact]
    public async Task Rules_that_were_read_can_be_sent_back_once()
    {
        var read = await OkAsync(HttpMethod.Get, "namespaces/default/rules");
        ((string)read["mode"]!).ShouldBe("pool");
        ((double)read["inactivity_timeout_seconds"]!).ShouldBe(7200);
        ((bool)read["exclusion"]!["exclude_all"]!).ShouldBeTrue();
        read["mode"] = "manual";
        var written = await OkAsync(HttpMethod.Put, "namespaces/default/rules", read.ToJsonString());
        ((long)written["version"]!).ShouldBe(1);
        ((string)written["mode"]!).ShouldBe("manual");
        using var again = await SendAsync(HttpMethod.Put, "namespaces/default/rules", read.ToJsonString());
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((string)(await JsonAsync(again))["detail"]!).ShouldContain("at version 1, not 0");
    }

    [Fact]
    public async Task Offers_stream_as_events_whenever_they_change()
    {
        await OkAsync(HttpMethod.Post, "agents", """{"name":"agent-a","max_concurrent":2}""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/agents/agent-a/offers/stream");
        using var response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
        (await NextAsync(reader))["claims"]!.AsArray().ShouldBeEmpty();
        await OkAsync(HttpMethod.Post, "tasks", """{"kind":"x"}""");
        await OkAsync(HttpMethod.Post, "tasks/1/assign", """{"agent":"agent-a"}""");
        ((long)(await NextAsync(reader))["claims"]![0]!["task"]!["id"]!).ShouldBe(1);
        await OkAsync(HttpMethod.Post, "tasks/1/evict", """{"reason":"wrong one"}""");
        (await NextAsync(reader))["claims"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Breaker_is_shown_with_its_state_and_reset()
    {
        await OkAsync(HttpMethod.Post, "agents", """{"name":"agent-a"}""");
        await OkAsync(HttpMethod.Post, "tasks", """{"kind":"x","max_attempts":1}""");
        await OkAsync(HttpMethod.Post, "claims", """{"agent":"agent-a"}""");
        await OkAsync(HttpMethod.Post, "claims/1/1/fail", """{"error":"no ink"}""");
        var breakers = (await OkAsync(HttpMethod.Get, "breakers?agent=agent-a"))["breakers"]!.AsArray();
        breakers.Select(b => (string)b!["scope"]!).ShouldBe(["agent", "agent_kind"]);
        breakers.ShouldAllBe(b => (string)b!["state"]! == "closed" && (int)b["failures"]! == 1);
        (await OkAsync(HttpMethod.Get, "breakers?open=true"))["breakers"]!.AsArray().ShouldBeEmpty();
        using var reset = await SendAsync(HttpMethod.Post, "breakers/reset", """{"agent":"agent-a","kind":"x"}""");
        reset.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await OkAsync(HttpMethod.Get, "breakers"))["breakers"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Authorisation_availability_presence_and_work_done_are_told()
    {
        await OkAsync(HttpMethod.Post, "agents", """{"name":"agent-a","capabilities":["greek","latin"]}""");
        var agent = await OkAsync(HttpMethod.Put, "agents/agent-a/authorisation", """{"capabilities":["greek"]}""");
        agent["authorised"]!.ToJsonString().ShouldBe("""["greek"]""");
        agent = await OkAsync(HttpMethod.Put, "agents/agent-a/availability", """{"unavailable":["greek"]}""");
        agent["unavailable"]!.ToJsonString().ShouldBe("""["greek"]""");
        agent = await OkAsync(HttpMethod.Put, "agents/agent-a/authorisation", """{"capabilities":null}""");
        agent["authorised"].ShouldBeNull();
        var there = (await OkAsync(HttpMethod.Get, "namespaces/default/presence"))["agents"]![0]!;
        ((string)there["agent"]!).ShouldBe("agent-a");
        ((bool)there["active"]!).ShouldBeTrue();

        await OkAsync(HttpMethod.Post, "tasks", """{"kind":"x","group":"g","step":"draw"}""");
        await OkAsync(HttpMethod.Post, "tasks", """{"kind":"x","group":"g","step":"check"}""");
        await OkAsync(HttpMethod.Post, "tasks/1/assign", """{"agent":"agent-a"}""");
        var worked = await OkAsync(HttpMethod.Get, "tasks/2/worked?agent=agent-a&step=draw&step=print");
        ((bool)worked["worked"]!).ShouldBeTrue();
        ((bool)(await OkAsync(HttpMethod.Get, "tasks/2/worked?agent=agent-a"))["worked"]!).ShouldBeFalse();
    }

    private static async Task<JsonNode> NextAsync(StreamReader reader)
    {
        while (true)
        {
            var line = await reader.ReadLineAsync(Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Ct);
            line.ShouldNotBeNull();
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line[6..])!;
            }
        }
    }

    private async Task<JsonNode> OkAsync(HttpMethod method, string path, string? body = null)
    {
        using var response = await SendAsync(method, path, body);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync(Ct));
        return await JsonAsync(response);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, "api/v1/" + path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await _server.Http.SendAsync(request, Ct);
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!;
}
