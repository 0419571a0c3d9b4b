using Longshore.Assignments;
using Longshore.Events;
using Longshore.Matching;
using Longshore.Postgres.Catalog;
using Longshore.Postgres.Reading;
using Longshore.Storage;
using Longshore.Tasks;
using Npgsql;

namespace Longshore.Postgres.Verbs;

/// <summary>A claim request made ready for the database.</summary>
/// <param name="Request">Who asks for what.</param>
/// <param name="Agent">The agent's profile as this node knows it; null when there is no such agent.</param>
/// <param name="Seen">How much of the classes this node had seen.</param>
/// <param name="Rules">The rules this node knew.</param>
internal sealed record ClaimCall(ClaimRequest Request, AgentProfile? Agent, Horizon Seen, KnownRules Rules)
{
    /// <summary>Where the walk begins; the database's answer teaches it.</summary>
    public LowWater? Low { get; set; }

    /// <summary>Where this walk began.</summary>
    public long From { get; set; } = long.MinValue;
}

/// <summary>What the database answered to a claim.</summary>
/// <param name="Outcome">The outcome, if it stands.</param>
/// <param name="OldProfile">The profile is not the present one: nothing was tried.</param>
/// <param name="OldRules">The rules are not the present ones: nothing was tried.</param>
/// <param name="MoreClasses">There are classes this node has not seen, and it got less than it wanted.</param>
internal readonly record struct ClaimAnswer(
    ClaimOutcome Outcome, bool OldProfile = false, bool OldRules = false, bool MoreClasses = false)
{
    /// <summary>Something is to be read before the claim is made again.</summary>
    public bool IsUnsettled => OldProfile || OldRules || MoreClasses;
}

/// <summary>Claims, as calls of <c>longshore.claim</c>.</summary>
internal sealed class ClaimCalls(
    Database database, ClassCatalog classes, AgentCatalog agents, RuleCatalog rules)
{
    private const int StatusOldProfile = 10;
    private const int StatusOldRules = 11;
    private const int TriesMax = 5;
    private const int PlaceAt = 2;
    private const int BodyAt = 13;
    private const int ErrorAt = 35;
    private const int WalkedAt = 36;

    public async ValueTask<ClaimCall> PrepareAsync(ClaimRequest request, CancellationToken ct) =>
        new(
            request, await agents.FindAsync(request.Agent, ct).ConfigureAwait(false), classes.Seen,
            await rules.FindAsync(ct).ConfigureAwait(false));

    /// <summary>Adds a call for a known agent.</summary>
    public void Add(Round round, ClaimCall call, long? nowUs)
    {
        var (request, agent) = (call.Request, call.Agent!);
        int[] ids;
        long validUntilUs;
        lock (classes.Gate)
        {
            (ids, validUntilUs) = agent.ClassIds(
                classes, call.Rules, request.By, request.Kinds, nowUs ?? agents.NowUs);
            call.Low = agent.Low(request.By, request.Kinds, agents.Lows, database.Options.Store.Clock);
        }

        call.From = call.Low.Rank;

        var options = database.Options.Store;
        var (giver, name) = request.By == ClaimedBy.Administrator
            ? (ActorType.Human, request.Actor ?? "api")
            : (ActorType.System, "distributor");
        round.Add(database.Sql["hot_claim"])
            .With(agent.Id).With(agent.Version).With((long?)call.Rules.Version).With(ids).With(validUntilUs)
            .With(request.TaskIds.Count == 0 ? null : request.TaskIds.ToArray())
            .With(request.Max).With(request.Prefetch).With(request.Lease.ToMicroseconds())
            .With(request.Offer?.ToMicroseconds()).With((int)giver).With(name).With(request.Key)
            .With(call.From).With((int)options.RecentFailure).With(options.RecentFailureWindow.ToMicroseconds())
            .With(options.HeartbeatTimeout.ToMicroseconds()).With(call.Seen.Since)
            .With((bool?)(call.Rules.HasLimits && agent.Agent.Profile.Namespaces.Any(
                name => call.Rules.Of(name).HasLimits)))
            .With((bool?)(request.By == ClaimedBy.Agent && request.TaskIds.Count == 0
                && call.Rules.IsShared(agent.Agent.Profile)))
            .With(nowUs);
    }

    /// <summary>Reads the answer to one call.</summary>
    public async ValueTask<ClaimAnswer> ReadAsync(NpgsqlDataReader row, ClaimCall call, CancellationToken ct)
    {
        var grants = new List<Grant>();
        var status = 0;
        var unseen = 0;
        var nextTokenUs = 0L;
        while (await row.ReadAsync(ct).ConfigureAwait(false))
        {
            nextTokenUs = row.LongOrNull(WalkedAt + 3) ?? 0;
            status = row.GetInt32(0);
            unseen = row.GetInt32(1);
            if (status == 0 && classes.Find(row.GetInt32(PlaceAt + 1)) is null)
            {
                // Only what was granted before, under the request's key, can be of a class this node has not seen.
                return new ClaimAnswer(ClaimOutcome.None(ClaimStatus.Empty), MoreClasses: true);
            }

            if (status == 0)
            {
                if (grants.Count == 0 && row.LongOrNull(WalkedAt) is { } walkedUs)
                {
                    call.Low!.Learn(call.From, row.GetInt64(PlaceAt + 2), walkedUs);
                }

                grants.Add(GrantOf(row, call.Request.Agent));
            }
        }

        // Old knowledge is no answer; if it stays old for ever, the agent gets nothing.
        var isOld = status >= StatusOldProfile;
        var outcome = grants.Count > 0
            ? new ClaimOutcome(ClaimStatus.Granted, grants)
            : ClaimOutcome.None(isOld ? ClaimStatus.Empty : (ClaimStatus)status) with { NextTokenUs = nextTokenUs };
        return new ClaimAnswer(
            outcome, status == StatusOldProfile, status == StatusOldRules, !isOld && unseen > call.Seen.Recent);
    }

    /// <summary>
    /// The outcomes. Where a profile or rules had changed or classes were not seen yet, they are read and the claim is
    /// made again, for what it did not get.
    /// </summary>
    public async ValueTask<ClaimOutcome[]> SettleAsync(
        ClaimCall[] calls, ClaimAnswer[] answers, long? nowUs, CancellationToken ct)
    {
        var outcomes = new ClaimOutcome[calls.Length];
        for (var i = 0; i < calls.Length; i++)
        {
            outcomes[i] = !answers[i].IsUnsettled
                ? answers[i].Outcome
                : await AgainAsync(calls[i], answers[i], nowUs, ct).ConfigureAwait(false);
        }

        return outcomes;
    }

    private async ValueTask<ClaimOutcome> AgainAsync(
        ClaimCall call, ClaimAnswer answer, long? nowUs, CancellationToken ct)
    {
        var grants = answer.Outcome.Grants.ToList();
        for (var tries = 0; tries < TriesMax && answer.IsUnsettled; tries++)
        {
            if (answer.OldProfile)
            {
                await agents.ReadAsync(call.Request.Agent, ct).ConfigureAwait(false);
            }
            else if (answer.OldRules)
            {
                await rules.ReadAsync(ct).ConfigureAwait(false);
            }
            else
            {
                await classes.RefreshAsync(ct).ConfigureAwait(false);
            }

            if (grants.Count > 0 && call.Request.Key is not null)
            {
                // Under its key it would be given the same again.
                break;
            }

            var request = call.Request with { Max = call.Request.Max - grants.Count };
            var next = await PrepareAsync(request, ct).ConfigureAwait(false);
            answer = await database.RunAsync(
                () =>
                {
                    var round = new Round();
                    Add(round, next, nowUs);
                    return round;
                },
                row => ReadAsync(row, next, ct),
                ct).ConfigureAwait(false);
            grants.AddRange(answer.Outcome.Grants);
        }

        return grants.Count > 0 ? new ClaimOutcome(ClaimStatus.Granted, grants) : answer.Outcome;
    }

    private Grant GrantOf(NpgsqlDataReader row, string agent)
    {
        var place = row.Place(PlaceAt);
        var leaseUntil = row.Instant(PlaceAt + TaskColumns.PlaceCount);
        var isOffer = row.GetInt16(WalkedAt + 2) == (short)AssignmentStatus.Assigned;
        return new Grant(
            new WorkTask
            {
                Id = place.Id,
                Spec = row.Body(BodyAt, place, classes),
                State = isOffer ? TaskState.Assigned : TaskState.InProgress,
                Epoch = place.Epoch,
                Attempts = place.Attempts,
                Failures = place.Failures,
                Suspect = place.IsSuspect,
                Target = isOffer ? classes.TargetOf(place) : null,
                WasHandedOff = (place.Flags & PlaceFlags.WasHandedOff) != 0,
                AvailableAt = UnixTime.FromMicroseconds(place.AvailableUs),
                Agent = agent,
                LeaseUntil = leaseUntil,
                Progress = row.DoubleOrNull(11),
                CreatedAt = row.Instant(12),
                Error = row.TextOrNull(ErrorAt),
                Draft = row.Json(WalkedAt + 1),
            }.WithRun(row, WalkedAt + 4).WithLimitKey(row, WalkedAt + 5).WithRelaxation(row, WalkedAt + 6)
                .WithUnique(row, WalkedAt + 7),
            leaseUntil);
    }
}
