using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Client;

/// <summary>What operators decide: rules, authorisation, breakers; and who is there.</summary>
internal sealed partial class LocalClient
{
    private static readonly TimeSpan ActiveWithin = TimeSpan.FromMinutes(5);

    public async Task<NamespaceRules> GetRulesAsync(string @namespace, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        return Hidden(await engine.Store.Rules.GetAsync(@namespace, ct).ConfigureAwait(false));
    }

    public async Task<NamespaceRules> SetRulesAsync(
        string @namespace, NamespaceRules rules, long? expectedVersion = null, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        ArgumentNullException.ThrowIfNull(rules);
        if (rules.Alerts is { } alerts)
        {
            var former = await engine.Store.Rules.GetAsync(@namespace, ct).ConfigureAwait(false);
            rules = rules with { Alerts = alerts.WithSecretsOf(former.Alerts) };
            rules.Checked();
            await engine.BeginAlertsAsync(ct).ConfigureAwait(false);
        }

        var decided = await engine.Store.Rules.SetAsync(@namespace, rules.Checked(), expectedVersion, ct: ct)
            .ConfigureAwait(false);
        engine.Rules.Forget(@namespace);
        if (decided is null)
        {
            var present = await engine.Store.Rules.GetAsync(@namespace, ct).ConfigureAwait(false);
            throw new LongshoreException(
                ErrorCode.WrongState,
                $"the rules of namespace '{@namespace}' are at version {present.Version}, not {expectedVersion}; "
                + "read them and decide again",
                "version");
        }

        // Another mode or exclusion may have made tasks claimable for those who wait.
        engine.OnRulesChanged(@namespace);
        return Hidden(decided);
    }

    private static NamespaceRules Hidden(NamespaceRules rules) =>
        rules.Alerts is null ? rules : rules with { Alerts = rules.Alerts.Hidden() };

    public Task<NamespaceRules> PauseAsync(string @namespace, string? kind = null, CancellationToken ct = default) =>
        ChangeRulesAsync(@namespace, kind, rules => Pauses.Paused(rules, kind, engine.Time.Now), ct);

    public Task<NamespaceRules> ResumeAsync(string @namespace, string? kind = null, CancellationToken ct = default) =>
        ChangeRulesAsync(@namespace, kind, rules => Pauses.Resumed(rules, kind), ct);

    public async Task<IReadOnlyList<Storage.LimitStatus>> ListLimitsAsync(
        string @namespace, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        return await engine.Store.Rules.LimitsAsync(@namespace, ct).ConfigureAwait(false);
    }

    /// <summary>Changes what is in force, whoever else changes it at the same time.</summary>
    private async Task<NamespaceRules> ChangeRulesAsync(
        string @namespace, string? kind, Func<NamespaceRules, NamespaceRules> change, CancellationToken ct)
    {
        if (kind is not null)
        {
            TaskValidation.Word(kind, "kind");
        }

        while (true)
        {
            var present = await GetRulesAsync(@namespace, ct).ConfigureAwait(false);
            var changed = change(present);
            if (ReferenceEquals(changed, present))
            {
                return present;
            }

            try
            {
                return await SetRulesAsync(@namespace, changed, present.Version, ct).ConfigureAwait(false);
            }
            catch (LongshoreException e) when (e.Code == ErrorCode.WrongState)
            {
                // Somebody else changed them between the look and the write; they are looked at again.
            }
        }
    }

    public async Task<Agent> SetAvailabilityAsync(
        string name, IReadOnlyList<string> unavailable, CancellationToken ct = default)
    {
        var names = CapabilityNames(unavailable, "unavailable");
        await DemandDeclaredAsync(name, names, "unavailable", ct).ConfigureAwait(false);
        var isKnown = await engine.Store.Agents.SetAvailabilityAsync(name, names, ct: ct).ConfigureAwait(false);
        return await ChangedAsync(isKnown, name, ct).ConfigureAwait(false);
    }

    public async Task<Agent> AuthoriseAsync(
        string name, IReadOnlyList<string>? capabilities, CancellationToken ct = default)
    {
        var names = capabilities is null ? null : CapabilityNames(capabilities, "capabilities");
        await DemandDeclaredAsync(name, names ?? [], "capabilities", ct).ConfigureAwait(false);
        var isKnown = await engine.Store.Agents.AuthoriseAsync(name, names, ct: ct).ConfigureAwait(false);
        return await ChangedAsync(isKnown, name, ct).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<Breaker>> ListBreakersAsync(
        string? agent = null, bool openOnly = false, CancellationToken ct = default) =>
        await engine.Store.Breakers.ListAsync(agent, openOnly, ct).ConfigureAwait(false);

    public async Task ResetBreakerAsync(
        BreakerKey key, string actor, string? reason = null, CancellationToken ct = default)
    {
        CheckActor(actor, reason);
        var what = CallRules.Guarded(key);
        if (!await engine.Store.Breakers.ResetAsync(key, actor, reason, ct: ct).ConfigureAwait(false))
        {
            throw new LongshoreException(
                ErrorCode.NotFound, $"there is no breaker for {what}; it has nothing to forget");
        }

        if (key.Agent is { } agent)
        {
            engine.OnAgentChanged(agent);
        }
        else
        {
            engine.OnReady(1);
        }
    }

    public async Task<IReadOnlyList<AgentPresence>> PresenceAsync(
        string @namespace, TimeSpan? within = null, CancellationToken ct = default)
    {
        TaskValidation.Word(@namespace, "namespace");
        TaskValidation.Duration(within, "within_seconds");
        var now = engine.Time.Now;
        var there = new List<AgentPresence>();
        var query = new Storage.AgentQuery { Limit = Limits.PageMax };
        do
        {
            var page = await ListAgentsAsync(query, ct).ConfigureAwait(false);
            there.AddRange(page.Items
                .Where(agent => agent.Profile.Namespaces.Contains(@namespace, StringComparer.Ordinal))
                .Select(agent => new AgentPresence(
                    agent.Name,
                    agent.Status,
                    agent.LastSeen,
                    agent.Mode != AgentMode.Offline && now - agent.LastSeen <= (within ?? ActiveWithin))));
            query = query with { After = page.Next };
        }
        while (query.After is not null);
        return [.. there.OrderByDescending(agent => agent.LastSeen).Take(Limits.PageMax)];
    }

    private async Task<Agent> ChangedAsync(bool isKnown, string name, CancellationToken ct)
    {
        if (!isKnown)
        {
            throw UnknownAgent(name);
        }

        engine.OnAgentChanged(name);
        return await GetAgentAsync(name, ct).ConfigureAwait(false);
    }

    // A name that was mistyped would otherwise take everything away, and nobody would be told.
    private async Task DemandDeclaredAsync(
        string agent, IReadOnlyList<string> names, string field, CancellationToken ct)
    {
        var known = await GetAgentAsync(agent, ct).ConfigureAwait(false);
        foreach (var name in names)
        {
            DemandDeclared(known, name, field);
        }
    }

    private static void DemandDeclared(Agent agent, string name, string field)
    {
        var declared = agent.Profile.Capabilities.Select(c => c.Name).Distinct(StringComparer.Ordinal).ToList();
        if (!declared.Contains(name, StringComparer.Ordinal))
        {
            var all = declared.Count == 0 ? "no capability" : string.Join(", ", declared);
            throw LongshoreException.Invalid(
                field, $"'{agent.Name}' declares {all}, not '{name}'{NearestName.Among(declared, name)}");
        }
    }

    private static IReadOnlyList<string> CapabilityNames(IReadOnlyList<string> names, string field)
    {
        ArgumentNullException.ThrowIfNull(names);
        TaskValidation.Range(names.Count, 0, Limits.AgentListMax, field + ".length");
        return [.. names
            .Select((name, i) => CapabilityName.Normalise(
                name ?? throw LongshoreException.Invalid($"{field}[{i}]", "cannot be null"), $"{field}[{i}]"))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];
    }
}
