using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Http;

/// <summary>What a caller sees when something is wrong: always a problem document with a stable code.</summary>
public sealed class ProblemTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("POST", "tasks", """{"kind":"x","prioriti":3}""",
        400, "invalid_input", "prioriti", "did you mean 'priority'")]
    [InlineData("POST", "tasks", """{"kind":"x","priority":11}""", 400, "invalid_input", "priority", "from 0 to 10")]
    [InlineData("POST", "tasks", """{"kind":"x","priority":"3"}""", 400, "invalid_input", "priority", "whole number")]
    [InlineData("POST", "tasks", """{"kind":"x","kind":"y"}""", 400, "invalid_input", null, "")]
    [InlineData("POST", "tasks", """{"kind":"x",""", 400, "invalid_input", null, "line 1, byte")]
    [InlineData("POST", "tasks", """{"kind":"x","minimum_match":NaN}""", 400, "invalid_input", null, "not valid JSON")]
    [InlineData("POST", "tasks", """{"kind":"x","minimum_match":0}""",
        400, "invalid_input", "minimum_match", "greater than 0")]
    [InlineData("POST", "tasks", """{"kind":"x","requires":["?"]}""",
        400, "invalid_input", "requires[0]", "cannot be in")]
    [InlineData("POST", "tasks", """{"kind":"x","requires":[null]}""", 400, "invalid_input", "requires[0]", "")]
    [InlineData("POST", "tasks", """{"kind":"x","deadline":"2000-01-01T00:00:00Z"}""",
        400, "invalid_input", "deadline", "passed")]
    [InlineData("POST", "tasks", """{"kind":"x","ready_at":"2040-01-01T00:00:00"}""",
        400, "invalid_input", "ready_at", "offset")]
    [InlineData("POST", "tasks", """{"kind":"x","timeout_seconds":1e300}""",
        400, "invalid_input", "timeout_seconds", "seconds")]
    [InlineData("POST", "tasks", """{"kind":"x","code":"t-7"}""", 400, "invalid_input", "code", "choose another")]
    [InlineData("POST", "tasks", """{"kind":"x","late":"maybe"}""",
        400, "invalid_input", "late", "accept_if_not_replaced")]
    [InlineData("POST", "tasks", """{}""", 400, "invalid_input", "kind", "required")]
    [InlineData("POST", "tasks", """null""", 400, "invalid_input", null, "object")]
    [InlineData("POST", "tasks/batch", """{"tasks":[{"kind":"x"},{"kind":" "}]}""",
        400, "invalid_input", "tasks[1].kind", "blank")]
    [InlineData("POST", "tasks/batch", """{"tasks":[]}""", 400, "invalid_input", "tasks.length", "")]
    [InlineData("POST", "tasks", """{"kind":"x","parent_id":9}""", 404, "not_found", "parent_id", "no task 9")]
    [InlineData("POST", "agents", """{"name":"aB!"}""", 400, "invalid_input", "name", "kebab-case")]
    [InlineData("POST", "agents", """{"name":"abc","capabilities":[{"name":"x","leval":2}]}""",
        400, "invalid_input", null, "leval")]
    [InlineData("POST", "agents", """{"name":"abc","capabilities":[null]}""",
        400, "invalid_input", "capabilities[0]", "null")]
    [InlineData("POST", "agents", """{"name":"abc","max_concurrent":0}""",
        400, "invalid_input", "max_concurrent", "from 1")]
    [InlineData("POST", "claims", """{"agent":"nobody"}""", 404, "not_found", "agent", "register")]
    [InlineData("POST", "claims", """{"agent":"nobody","wait_seconds":-1}""", 400, "invalid_input", null, "")]
    [InlineData("POST", "claims/1/1/complete", """{"error":"x"}""", 400, "invalid_input", "error", "belongs to fail")]
    [InlineData("POST", "claims/x/1/complete", """{}""", 400, "invalid_input", "task_id", "")]
    [InlineData("GET", "tasks/77", null, 404, "not_found", "id", "no task 77")]
    [InlineData("GET", "tasks/abc", null, 400, "invalid_input", "id", "")]
    [InlineData("GET", "tasks?foo=1", null, 400, "invalid_input", "foo", "no such parameter")]
    [InlineData("GET", "tasks?state=finished", null, 400, "invalid_input", "state", "use one of")]
    [InlineData("GET", "tasks?limit=x", null, 400, "invalid_input", "limit", "whole number")]
    [InlineData("GET", "agents?status=asleep", null, 400, "invalid_input", "status", "idle")]
    [InlineData("POST", "tasks", """{"kind":"x","match":"loose"}""",
        400, "invalid_input", "match", "tiered, strict, flexible")]
    [InlineData("POST", "agents", """{"name":"abc","capabilities":[{"name":"x","grace_seconds":-1}]}""",
        400, "invalid_input", "capabilities[0]", "grace")]
    [InlineData("POST", "agents", """{"name":"abc","priority_levels":[11]}""",
        400, "invalid_input", "priority_levels[0]", "from 0 to 10")]
    [InlineData("POST", "tasks/1/accept", """{}""", 400, "invalid_input", "epoch", "required")]
    [InlineData("POST", "tasks/1/accept", """{"epoch":1,"lease_seconds":60}""", 404, "not_found", "id", "no task 1")]
    [InlineData("POST", "tasks/1/accept", """{"epoch":1}""", 404, "not_found", "id", "no task 1")]
    [InlineData("POST", "tasks/1/reject", """{"epoch":1,"reason":"lazy"}""",
        400, "invalid_input", "reason", "outside_expertise")]
    [InlineData("POST", "tasks/1/reject", """{"epoch":1,"reason":"other"}""", 400, "invalid_input", "text", "required")]
    [InlineData("POST", "tasks/1/assign", """{}""", 400, "invalid_input", "agent", "required")]
    [InlineData("POST", "tasks/1/assign", """{"agent":"painter"}""", 404, "not_found", "id", "no task 1")]
    [InlineData("POST", "tasks/1/evict", null, 404, "not_found", "id", "no task 1")]
    [InlineData("GET", "tasks/1/worked", null, 400, "invalid_input", "agent", "required")]
    [InlineData("GET", "assignments?status=lost", null, 400, "invalid_input", "status", "handed_off")]
    [InlineData("GET", "assignments?task=x", null, 400, "invalid_input", "task", "whole number")]
    [InlineData("GET", "agents/nobody/offers", null, 404, "not_found", "agent", "register")]
    [InlineData("GET", "agents/nobody/offers/stream", null, 404, "not_found", "agent", "register")]
    [InlineData("PUT", "namespaces/default/rules", """{"mode":"push"}""",
        400, "invalid_input", "mode", "pool, auto, manual")]
    [InlineData("PUT", "namespaces/default/rules", """{"strategy":"best"}""",
        400, "invalid_input", "strategy", "round_robin")]
    [InlineData("PUT", "namespaces/default/rules", """{"mod":"pool"}""",
        400, "invalid_input", "mod", "did you mean 'mode'")]
    [InlineData("PUT", "namespaces/default/rules", """{"steps":{"check":{"mood":"auto"}}}""",
        400, "invalid_input", "steps.check.mood", "no member 'mood'")]
    [InlineData("PUT", "namespaces/default/rules", """{"steps":{"check":{"mode":"push"}}}""",
        400, "invalid_input", "steps.check.mode", "'push'")]
    [InlineData("PUT", "namespaces/default/rules", """{"exclusion":{"exclude":[{"first":"a","second":"a"}]}}""",
        400, "invalid_input", "exclusion.exclude[0]", "itself")]
    [InlineData("PUT", "namespaces/default/rules", """{"exclusion":{"allow":[null]}}""",
        400, "invalid_input", "exclusion.allow[0]", "null")]
    [InlineData("PUT", "namespaces/default/rules", """{"offer_timeout_seconds":0.5}""",
        400, "invalid_input", "offer_timeout_seconds", "from 1 to")]
    [InlineData("PUT", "namespaces/default/rules", """{"max_pending":0}""",
        400, "invalid_input", "max_pending", "from 1")]
    [InlineData("PUT", "namespaces/default/rules", """{"version":3}""",
        409, "wrong_state", "version", "at version 0, not 3")]
    [InlineData("PUT", "agents/nobody/availability", """{"unavailable":[]}""", 404, "not_found", "agent", "register")]
    [InlineData("PUT", "agents/nobody/availability", """{}""", 400, "invalid_input", "unavailable", "required")]
    [InlineData("PUT", "agents/nobody/authorisation", """{"capabilities":["?"]}""",
        400, "invalid_input", "capabilities[0]", "cannot be in")]
    [InlineData("POST", "breakers/reset", """{}""", 400, "invalid_input", "agent", "name an agent")]
    [InlineData("POST", "breakers/reset", """{"task_id":1,"agent":"painter"}""",
        400, "invalid_input", "agent", "name an agent")]
    [InlineData("POST", "breakers/reset", """{"agent":"painter"}""", 404, "not_found", null, "no breaker")]
    [InlineData("GET", "breakers?open=maybe", null, 400, "invalid_input", "open", "neither true nor false")]
    [InlineData("GET", "namespaces/default/presence?within_seconds=0", null,
        400, "invalid_input", "within_seconds", "longer than 0")]
    [InlineData("GET", "nowhere", null, 404, "not_found", null, "nothing at")]
    [InlineData("PUT", "tasks", "{}", 405, "method_not_allowed", null, "POST")]
    public async Task Request_that_is_wrong_is_told_what_where_and_what_would_be_right(
        string method, string path, string? body, int status, string code, string? field, string says)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "api/v1/" + path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await _server.Http.SendAsync(request, Ct);
        var problem = await ProblemAsync(response, status, code);
        if (field is not null)
        {
            ((string?)problem["field"]).ShouldBe(field);
        }

        ((string)problem["detail"]!).ShouldContain(says);
        (await _server.Local.CountByStateAsync(ct: Ct)).Values.Sum().ShouldBe(0, "a refused request changes nothing");
    }

    [Fact]
    public async Task Body_of_another_type_is_unsupported()
    {
        using var response = await _server.Http.PostAsync(
            "api/v1/tasks", new StringContent("kind=x", Encoding.UTF8, "application/x-www-form-urlencoded"), Ct);
        await ProblemAsync(response, 415, "unsupported_media_type");
    }

    [Fact]
    public async Task Body_that_is_too_large_is_refused_before_it_is_read()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/tasks");
        request.Headers.ExpectContinue = true;
        request.Content = new ByteArrayContent(new byte[(28 << 20) + 1]);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _server.Http.SendAsync(request, Ct);
        await ProblemAsync(response, 413, "too_large");
    }

    [Fact]
    public async Task Unique_key_that_another_task_has_is_a_conflict_only_when_that_is_wanted()
    {
        var first = await PostAsync("tasks", """{"kind":"x","unique":{"key":"k"}}""");
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await PostAsync("tasks", """{"kind":"x","unique":{"key":"k"}}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await ProblemAsync(
            await PostAsync("tasks", """{"kind":"x","unique":{"key":"k","on_conflict":"reject"}}"""), 409,
            "duplicate_task");
        await ProblemAsync(
            await PostAsync("tasks", """{"kind":"x","unique":{"on_conflict":"explode"}}"""), 400, "invalid_input");
    }

    [Fact]
    public async Task Taken_code_and_reused_key_are_conflicts()
    {
        await PostAsync("tasks", """{"kind":"x","code":"one","idempotency_key":"k"}""");
        await ProblemAsync(await PostAsync("tasks", """{"kind":"x","code":"one"}"""), 409, "duplicate_code");
        await ProblemAsync(
            await PostAsync("tasks", """{"kind":"y","idempotency_key":"k"}"""), 409, "idempotency_key_reused");
    }

    [Fact]
    public async Task Submission_answers_created_with_its_place_and_a_repetition_answers_ok()
    {
        using var first = await PostAsync("tasks", """{"kind":"x","idempotency_key":"k"}""");
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        first.Headers.Location!.ToString().ShouldBe("/api/v1/tasks/1");
        using var second = await PostAsync("tasks", """{"kind":"x","idempotency_key":"k"}""");
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((long)(await JsonAsync(second))["id"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Idempotency_key_is_taken_from_the_header_too()
    {
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/tasks");
            request.Headers.Add("Idempotency-Key", "from-header");
            request.Content = new StringContent("""{"kind":"x"}""", Encoding.UTF8, "application/json");
            using var response = await _server.Http.SendAsync(request, Ct);
            response.StatusCode.ShouldBe(i == 0 ? HttpStatusCode.Created : HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Health_and_readiness_answer()
    {
        (await _server.Http.GetStringAsync("healthz", Ct)).ShouldBe("ok");
        (await _server.Http.GetStringAsync("readyz", Ct)).ShouldBe("ready");
    }

    [Fact]
    public async Task Event_stream_resumes_after_the_last_event_seen()
    {
        await PostAsync("tasks/batch", """{"tasks":[{"kind":"x"},{"kind":"x"},{"kind":"x"}]}""");
        var events = await JsonAsync(await _server.Http.GetAsync("api/v1/events?follow=false", Ct));
        var first = (long)events["events"]![0]!["position"]!;
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/events");
        request.Headers.Add("Last-Event-ID", first.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
        var seen = new List<long>();
        while (seen.Count < 2)
        {
            var line = await reader.ReadLineAsync(Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Ct);
            line.ShouldNotBeNull();
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                seen.Add((long)JsonNode.Parse(line[6..])!["task_id"]!);
            }
        }

        seen.ShouldBe([2L, 3L]);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body) => await _server.Http.PostAsync(
        "api/v1/" + path, new StringContent(body, Encoding.UTF8, "application/json"), Ct);

    private static async Task<JsonNode> ProblemAsync(HttpResponseMessage response, int status, string code)
    {
        ((int)response.StatusCode).ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await JsonAsync(response);
        ((int)problem["status"]!).ShouldBe(status);
        ((string)problem["code"]!).ShouldBe(code);
        return problem;
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!;
}
