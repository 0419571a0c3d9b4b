using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Discovering, claiming, renewing and finishing work.</summary>
internal static class WorkApi
{
    private static readonly (string Verb, FinishKind Kind)[] Endings =
    [
        ("complete", FinishKind.Complete), ("fail", FinishKind.Fail), ("snooze", FinishKind.Snooze),
        ("release", FinishKind.Release), ("cancel", FinishKind.Cancel),
    ];

    public static void Map(RouteGroupBuilder api)
    {
        var work = api.MapGroup("").WithTags("work");
        work.MapPost("/discover", DiscoverAsync).Accepts<DiscoverWire>("application/json")
            .Produces<DiscoveredListWire>().WithName("discover");
        work.MapPost("/claims", ClaimAsync).Accepts<ClaimWire>("application/json")
            .Produces<GrantListWire>().WithName("claim");
        work.MapPost("/claims/{taskId}/{epoch}/renew", RenewAsync).Accepts<RenewWire>(true, "application/json")
            .Produces<RenewedWire>().WithName("renewClaim");
        foreach (var (verb, kind) in Endings)
        {
            work.MapPost($"/claims/{{taskId}}/{{epoch}}/{verb}", (
                    string taskId, string epoch, HttpRequest request, ILongshoreClient client, CancellationToken ct) =>
                    FinishAsync(kind, taskId, epoch, request, client, ct))
                .Accepts<FinishWire>(true, "application/json").Produces<FinishedWire>().WithName($"{verb}Claim");
        }
    }

    private static async Task<IResult> DiscoverAsync(
        HttpRequest request, ILongshoreClient client, StopSignal stop, CancellationToken ct)
    {
        var body = await Body.ReadAsync<DiscoverWire>(request, ct);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, stop.Stopping);
        var found = await client.DiscoverAsync(
            new DiscoverQuery
            {
                Agent = body.Agent,
                Limit = body.Limit ?? 5,
                Kinds = body.Kinds ?? [],
                ExcludeCodes = body.ExcludeCodes ?? [],
                MinPriority = body.MinPriority,
            },
            WaitOf(body.WaitSeconds),
            either.Token);
        return Answer.Json(new DiscoveredListWire([.. found.Select(DiscoveredWire.Of)]));
    }

    private static async Task<IResult> ClaimAsync(
        HttpRequest request, ILongshoreClient client, StopSignal stop, CancellationToken ct)
    {
        var body = await Body.ReadAsync<ClaimWire>(request, ct);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, stop.Stopping);
        var claim = new ClaimRequest
        {
            Agent = body.Agent,
            Max = body.Max ?? 1,
            Kinds = body.Kinds ?? [],
            TaskIds = body.TaskIds ?? [],
            Lease = LeaseOf(body.LeaseSeconds),
            Key = body.Key,
        };
        var grants = await client.ClaimAsync(claim, WaitOf(body.WaitSeconds), either.Token);
        return Answer.Json(GrantListWire.Of(grants));
    }

    private static async Task<IResult> RenewAsync(
        string taskId, string epoch, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<RenewWire>(request, ct);
        var renewal = new Renewal(
            PathValue.Id(taskId, "task_id"), PathValue.Epoch(epoch), LeaseOf(body.LeaseSeconds), body.Progress)
        {
            Draft = body.Draft ?? default,
        };
        return Answer.Json(new RenewedWire(await client.RenewAsync(renewal, ct)));
    }

    private static async Task<IResult> FinishAsync(
        FinishKind kind,
        string taskId,
        string epoch,
        HttpRequest request,
        ILongshoreClient client,
        CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<FinishWire>(request, ct);
        Refuse(kind != FinishKind.Complete && body.Result is not null, "result", "complete");
        Refuse(kind != FinishKind.Fail && body.Error is not null, "error", "fail");
        Refuse(kind != FinishKind.Fail && body.ErrorDetail is not null, "error_detail", "fail");
        Refuse(kind != FinishKind.Fail && body.Retry is not null, "retry", "fail");
        var hasReason = kind is FinishKind.Snooze or FinishKind.Release or FinishKind.Cancel;
        Refuse(!hasReason && body.Reason is not null, "reason", "snooze, release and cancel");
        var hasDelay = kind is FinishKind.Snooze or FinishKind.Fail;
        Refuse(!hasDelay && body.DelaySeconds is not null, "delay_seconds", "snooze and fail");
        var finish = new Finish
        {
            TaskId = PathValue.Id(taskId, "task_id"),
            Epoch = PathValue.Epoch(epoch),
            Kind = kind,
            Result = body.Result ?? default,
            Error = body.Error ?? body.Reason,
            ErrorDetail = body.ErrorDetail,
            Retry = body.Retry ?? true,
            Delay = Words.SecondsOrNull(body.DelaySeconds, "delay_seconds"),
            Key = body.Key,
        };
        return Answer.Json(FinishedWire.Of(await client.FinishAsync(finish, ct)));
    }

    private static void Refuse(bool given, string field, string belongsTo)
    {
        if (given)
        {
            throw LongshoreException.Invalid(field, $"belongs to {belongsTo}");
        }
    }

    /// <summary>However long somebody would wait: the façade clamps it, and refuses what is negative.</summary>
    public static TimeSpan WaitOf(double? seconds) =>
        Words.Seconds(Math.Min(seconds ?? 0, Limits.WaitMax.TotalSeconds), "wait_seconds");

    private static TimeSpan LeaseOf(double? seconds) =>
        seconds is { } given ? Words.Seconds(given, "lease_seconds") : new ClaimRequest { Agent = "" }.Lease;
}
