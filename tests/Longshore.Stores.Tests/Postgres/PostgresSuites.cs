using Longshore.Stores.Tests.Conformance;
using Longshore.Stores.Tests.Model;
using Longshore.Stores.Tests.Races;

namespace Longshore.Stores.Tests.Postgres;

public sealed class PostgresAgentQuery : AgentQuerySuite<PostgresSource>;

public sealed class PostgresAgent : AgentSuite<PostgresSource>;

public sealed class PostgresAtomicity : AtomicitySuite<PostgresSource>;

public sealed class PostgresCancel : CancelSuite<PostgresSource>;

public sealed class PostgresClaimKey : ClaimKeySuite<PostgresSource>;

public sealed class PostgresClaim : ClaimSuite<PostgresSource>;

public sealed class PostgresDiscover : DiscoverSuite<PostgresSource>;

public sealed class PostgresEvent : EventSuite<PostgresSource>;

public sealed class PostgresExpire : ExpireSuite<PostgresSource>;

public sealed class PostgresFencing : FencingSuite<PostgresSource>;

public sealed class PostgresFinish : FinishSuite<PostgresSource>;

public sealed class PostgresHealth : HealthSuite<PostgresSource>;

public sealed class PostgresIdempotency : IdempotencySuite<PostgresSource>;

public sealed class PostgresInsert : InsertSuite<PostgresSource>;

public sealed class PostgresLease : LeaseSuite<PostgresSource>;

public sealed class PostgresLoad : LoadSuite<PostgresSource>;

public sealed class PostgresMatch : MatchSuite<PostgresSource>;

public sealed class PostgresNode : NodeSuite<PostgresSource>;

public sealed class PostgresNodesTogether : NodesTogetherSuite<PostgresSource>;

public sealed class PostgresNoRecentFailure : NoRecentFailureSuite<PostgresSource>;

public sealed class PostgresOrder : OrderSuite<PostgresSource>;

public sealed class PostgresPrune : PruneSuite<PostgresSource>;

public sealed class PostgresBookmark : BookmarkSuite<PostgresSource>;

public sealed class PostgresStatistics : StatisticsSuite<PostgresSource>;

public sealed class PostgresRetention : RetentionSuite<PostgresSource>;

public sealed class PostgresReadySince : ReadySinceSuite<PostgresSource>;

public sealed class PostgresRecentFailure : RecentFailureSuite<PostgresSource>;

public sealed class PostgresRenew : RenewSuite<PostgresSource>;

public sealed class PostgresReplay : ReplaySuite<PostgresSource>;

public sealed class PostgresRescue : RescueSuite<PostgresSource>;

public sealed class PostgresRetry : RetrySuite<PostgresSource>;

public sealed class PostgresStage : StageSuite<PostgresSource>;

public sealed class PostgresStrictRecentFailure : StrictRecentFailureSuite<PostgresSource>;

public sealed class PostgresSuspect : SuspectSuite<PostgresSource>;

public sealed class PostgresTaskQuery : TaskQuerySuite<PostgresSource>;

public sealed class PostgresWorkflow : WorkflowSuite<PostgresSource>;

public sealed class PostgresWorkflowFailure : WorkflowFailureSuite<PostgresSource>;

public sealed class PostgresRunRace : RunRaceSuite<PostgresSource>;

public sealed class PostgresBatch : BatchSuite<PostgresSource>;

public sealed class PostgresBatchRace : BatchRaceSuite<PostgresSource>;

public sealed class PostgresOverlap : OverlapSuite<PostgresSource>;

public sealed class PostgresTransitionMatrix : TransitionMatrixSuite<PostgresSource>;

public sealed class PostgresModel : ModelSuite<PostgresSource>
{
    protected override int Searches => 30;

    protected override int LookEvery => 4;
}

public sealed class PostgresRace : RaceSuite<PostgresSource>;

public sealed class PostgresReadRace : ReadRaceSuite<PostgresSource>;

public sealed class PostgresAssignment : AssignmentSuite<PostgresSource>;

public sealed class PostgresBreaker : BreakerSuite<PostgresSource>;

public sealed class PostgresRecord : RecordSuite<PostgresSource>;

public sealed class PostgresReview : ReviewSuite<PostgresSource>;

public sealed class PostgresExclusion : ExclusionSuite<PostgresSource>;

public sealed class PostgresOffer : OfferSuite<PostgresSource>;

public sealed class PostgresRelax : RelaxSuite<PostgresSource>;

public sealed class PostgresRelaxer : RelaxerSuite<PostgresSource>;

public sealed class PostgresReject : RejectSuite<PostgresSource>;

public sealed class PostgresRoutingRace : RoutingRaceSuite<PostgresSource>
{
    // Ten thousand take minutes; LONGSHORE_TEST_SCALE=10 runs them.
    protected override int Rounds => 1_000;
}

public sealed class PostgresPlan : PlanSuite<PostgresSource>;

public sealed class PostgresLimit : LimitSuite<PostgresSource>;

public sealed class PostgresShare : ShareSuite<PostgresSource>;

public sealed class PostgresShareRace : ShareRaceSuite<PostgresSource>;

public sealed class PostgresShareTwin : ShareTwinSuite<PostgresSource>;

public sealed class PostgresKeyLimit : KeyLimitSuite<PostgresSource>;

public sealed class PostgresPause : PauseSuite<PostgresSource>;

public sealed class PostgresLimitRace : LimitRaceSuite<PostgresSource>;

public sealed class PostgresRule : RuleSuite<PostgresSource>;

public sealed class PostgresSkill : SkillSuite<PostgresSource>;

public sealed class PostgresExplain : ExplainSuite<PostgresSource>
{
    protected override int Runs => 15;
}

public sealed class PostgresDistributor : DistributorSuite<PostgresSource>;

public sealed class PostgresStandingPlan : StandingPlanSuite<PostgresSource>;

public sealed class PostgresRecommend : RecommendSuite<PostgresSource>;

public sealed class PostgresSchedule : ScheduleSuite<PostgresSource>;

public sealed class PostgresHandoff : HandoffSuite<PostgresSource>;

public sealed class PostgresHelp : HelpSuite<PostgresSource>;

public sealed class PostgresUnique : UniqueSuite<PostgresSource>;

public sealed class PostgresUniqueRace : UniqueRaceSuite<PostgresSource>;

public sealed class PostgresReprioritise : ReprioritiseSuite<PostgresSource>;
