using System.Text.Json;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Client.Wire;
using Longshore.Rules;

namespace Longshore.Client;

/// <content>What operators decide, and who is there.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<NamespaceRules> GetRulesAsync(string @namespace, CancellationToken ct = default) =>
        (await GetAsync<RulesWire>(RulesPath(@namespace), ct).ConfigureAwait(false)).ToRules();

    /// <inheritdoc/>
    public async Task<NamespaceRules> SetRulesAsync(
        string @namespace, NamespaceRules rules, long? expectedVersion = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var body = RulesWire.Of(rules) with { Version = expectedVersion };
        return (await PutAsync<RulesWire, RulesWire>(RulesPath(@namespace), body, ct).ConfigureAwait(false)).ToRules();
    }

    /// <inheritdoc/>
    public Task<NamespaceRules> PauseAsync(
        string @namespace, string? kind = null, CancellationToken ct = default) =>
        PauseOrResumeAsync(@namespace, "pause", kind, ct);

    /// <inheritdoc/>
    public Task<NamespaceRules> ResumeAsync(
        string @namespace, string? kind = null, CancellationToken ct = default) =>
        PauseOrResumeAsync(@namespace, "resume", kind, ct);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Storage.LimitStatus>> ListLimitsAsync(
        string @namespace, CancellationToken ct = default)
    {
        Tasks.TaskValidation.Word(@namespace, "namespace");
        var path = $"namespaces/{Segment(@namespace)}/limits";
        var answer = await GetAsync<LimitListWire>(path, ct).ConfigureAwait(false);
        return [.. answer.Limits.Select(limit => limit.ToStatus(@namespace))];
    }

    /// <inheritdoc/>
    public async Task<Agent> SetAvailabilityAsync(
        string name, IReadOnlyList<string> unavailable, CancellationToken ct = default)
    {
        var body = new AvailabilityWire { Unavailable = unavailable };
        var path = $"agents/{Segment(name)}/availability";
        return (await PutAsync<AvailabilityWire, AgentWire>(path, body, ct).ConfigureAwait(false)).ToAgent();
    }

    /// <inheritdoc/>
    public async Task<Agent> AuthoriseAsync(
        string name, IReadOnlyList<string>? capabilities, CancellationToken ct = default)
    {
        var body = new AuthorisationWire { Capabilities = capabilities };
        var path = $"agents/{Segment(name)}/authorisation";
        return (await PutAsync<AuthorisationWire, AgentWire>(path, body, ct).ConfigureAwait(false)).ToAgent();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Breaker>> ListBreakersAsync(
        string? agent = null, bool openOnly = false, CancellationToken ct = default)
    {
        var path = "breakers" + Query(("agent", agent), ("open", openOnly ? "true" : null));
        var answer = await GetAsync<BreakerListWire>(path, ct).ConfigureAwait(false);
        return [.. answer.Breakers.Select(b => b.ToBreaker())];
    }

    /// <inheritdoc/>
    public Task ResetBreakerAsync(
        BreakerKey key, string actor, string? reason = null, CancellationToken ct = default)
    {
        CallRules.Guarded(key);
        var body = new ResetBreakerWire
        {
            Agent = key.Agent,
            Kind = key.Kind,
            TaskId = key.TaskId,
            Actor = actor,
            Reason = reason,
        };
        return PostAsync<ResetBreakerWire, object>("breakers/reset", body, ct);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AgentPresence>> PresenceAsync(
        string @namespace, TimeSpan? within = null, CancellationToken ct = default)
    {
        var path = $"namespaces/{Segment(@namespace)}/presence" + Query(
            ("within_seconds", within is { } time ? Text(time.TotalSeconds) : null));
        var answer = await GetAsync<PresenceListWire>(path, ct).ConfigureAwait(false);
        return [.. answer.Agents.Select(a => a.ToPresence())];
    }

    private Task<TAnswer> PutAsync<TBody, TAnswer>(string path, TBody body, CancellationToken ct) =>
        SendAsync<TAnswer>(HttpMethod.Put, path, JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Options), ct);

    private async Task<NamespaceRules> PauseOrResumeAsync(
        string @namespace, string verb, string? kind, CancellationToken ct)
    {
        Tasks.TaskValidation.Word(@namespace, "namespace");
        var path = $"namespaces/{Segment(@namespace)}/{verb}" + Query(("kind", kind));
        return (await SendAsync<RulesWire>(HttpMethod.Post, path, null, ct).ConfigureAwait(false)).ToRules();
    }

    private static string RulesPath(string @namespace)
    {
        Tasks.TaskValidation.Word(@namespace, "namespace");
        return $"namespaces/{Segment(@namespace)}/rules";
    }
}
