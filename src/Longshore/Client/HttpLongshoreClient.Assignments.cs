using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Offers and assignments.</content>
public sealed partial class HttpLongshoreClient
{
    /// <inheritdoc/>
    public async Task<DateTimeOffset> AcceptAsync(
        long taskId, int epoch, TimeSpan? lease = null, bool later = false, CancellationToken ct = default)
    {
        var body = new AcceptWire { Epoch = epoch, LeaseSeconds = lease?.TotalSeconds, Later = later ? true : null };
        var answer = await PostAsync<AcceptWire, RenewedWire>($"tasks/{Text(taskId)}/accept", body, ct)
            .ConfigureAwait(false);
        return answer.LeaseUntil;
    }

    /// <inheritdoc/>
    public async Task<Grant> AssignAsync(
        long taskId, string agent, string actor, string? reason = null, bool replace = false,
        CancellationToken ct = default)
    {
        var body = new AssignWire { Agent = agent, Actor = actor, Reason = reason, Replace = replace ? true : null };
        var answer = await PostAsync<AssignWire, GrantWire>($"tasks/{Text(taskId)}/assign", body, ct)
            .ConfigureAwait(false);
        return answer.ToGrant();
    }

    /// <inheritdoc/>
    public async Task<WorkTask> EvictAsync(
        long taskId, string actor, string? reason = null, CancellationToken ct = default)
    {
        var body = new EvictWire { Actor = actor, Reason = reason };
        var answer = await PostAsync<EvictWire, TaskWire>($"tasks/{Text(taskId)}/evict", body, ct)
            .ConfigureAwait(false);
        return answer.ToTask();
    }

    /// <inheritdoc/>
    public Task<Page<Assignment>> FindAssignmentsAsync(AssignmentQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        (string, string?)[] filters =
        [
            ("agent", query.Agent), ("task", query.TaskId is { } id ? Text(id) : null), ("after", query.After),
            ("limit", Text(query.Limit)),
            .. query.Statuses.Select(status => ("status", (string?)status.ToWire())),
        ];
        return PageAsync<AssignmentWire, Assignment>("assignments" + Query(filters), a => a.ToAssignment(), ct);
    }

    /// <inheritdoc/>
    public async Task<bool> HasWorkedAsync(
        string agent, long taskId, IReadOnlyList<string> conflictingSteps, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(conflictingSteps);
        var path = $"tasks/{Text(taskId)}/worked" + Query(
            [("agent", agent), .. conflictingSteps.Select(step => ("step", (string?)step))]);
        return (await GetAsync<WorkedWire>(path, ct).ConfigureAwait(false)).Worked;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Grant>> ListOffersAsync(
        string agent, TimeSpan wait = default, CancellationToken ct = default)
    {
        AgentNames.Check(agent, "agent");
        var seconds = Math.Min(wait.TotalSeconds, Limits.WaitMax.TotalSeconds);
        var path = $"agents/{Segment(agent)}/offers" + Query(("wait_seconds", Text(seconds)));
        return (await GetAsync<GrantListWire>(path, ct).ConfigureAwait(false)).ToGrants();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<Grant>> FollowOffersAsync(
        string agent, [EnumeratorCancellation] CancellationToken ct = default)
    {
        AgentNames.Check(agent, "agent");
        while (true)
        {
            var stream = await ConnectAsync($"agents/{Segment(agent)}/offers/stream", ct).ConfigureAwait(false);
            if (stream is not null)
            {
                await using var _ = stream.ConfigureAwait(false);
                var items = SseParser.Create(stream).EnumerateAsync(ct).GetAsyncEnumerator(ct);
                await using var __ = items.ConfigureAwait(false);
                while (await NextAsync(items).ConfigureAwait(false) is { } item)
                {
                    yield return JsonSerializer.Deserialize<GrantListWire>(item.Data, WireJson.Options)!.ToGrants();
                }
            }

            await Task.Delay(ReconnectAfter, TimeProvider.System, ct).ConfigureAwait(false);
        }
    }

    private Task<FinishedWire> RejectAsync(Finish finish, CancellationToken ct)
    {
        var body = new RejectWire
        {
            Epoch = finish.Epoch,
            Reason = finish.Reason!.Value.ToWire(),
            Text = finish.Error,
            Key = finish.Key,
        };
        return PostAsync<RejectWire, FinishedWire>($"tasks/{Text(finish.TaskId)}/reject", body, ct);
    }
}
