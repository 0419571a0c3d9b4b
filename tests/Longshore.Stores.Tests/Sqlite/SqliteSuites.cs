using Longshore.Stores.Tests.Conformance;
using Longshore.Stores.Tests.Model;
using Longshore.Stores.Tests.Races;

namespace Longshore.Stores.Tests.Sqlite;

public sealed class SqliteAgentQuery : AgentQuerySuite<SqliteSource>;

public sealed class SqliteAgent : AgentSuite<SqliteSource>;

public sealed class SqliteAtomicity : AtomicitySuite<SqliteSource>;

public sealed class SqliteCancel : CancelSuite<SqliteSource>;

public sealed class SqliteClaimKey : ClaimKeySuite<SqliteSource>;

public sealed class SqliteClaim : ClaimSuite<SqliteSource>;

public sealed class SqliteDiscover : DiscoverSuite<SqliteSource>;

public sealed class SqliteEvent : EventSuite<SqliteSource>;

public sealed class SqliteExpire : ExpireSuite<SqliteSource>;

public sealed class SqliteFencing : FencingSuite<SqliteSource>;

public sealed class SqliteFinish : FinishSuite<SqliteSource>;

public sealed class SqliteHealth : HealthSuite<SqliteSource>;

public sealed class SqliteIdempotency : IdempotencySuite<SqliteSource>;

public sealed class SqliteInsert : InsertSuite<SqliteSource>;

public sealed class SqliteLease : LeaseSuite<SqliteSource>;

public sealed class SqliteLoad : LoadSuite<SqliteSource>;

public sealed class SqliteMatch : MatchSuite<SqliteSource>;

public sealed class SqliteNode : NodeSuite<SqliteSource>;

public sealed class SqliteNodesTogether : NodesTogetherSuite<SqliteSource>;

public sealed class SqliteNoRecentFailure : NoRecentFailureSuite<SqliteSource>;

public sealed class SqliteOrder : OrderSuite<SqliteSource>;

public sealed class SqlitePrune : PruneSuite<SqliteSource>;

public sealed class SqliteBookmark : BookmarkSuite<SqliteSource>;

public sealed class SqliteStatistics : StatisticsSuite<SqliteSource>;

public sealed class SqliteRetention : RetentionSuite<SqliteSource>;

public sealed class SqliteReadySince : ReadySinceSuite<SqliteSource>;

public sealed class SqliteRecentFailure : RecentFailureSuite<SqliteSource>;

public sealed class SqliteRenew : RenewSuite<SqliteSource>;

public sealed class SqliteReplay : ReplaySuite<SqliteSource>;

public sealed class SqliteRescue : RescueSuite<SqliteSource>;

public sealed class SqliteRetry : RetrySuite<SqliteSource>;

public sealed class SqliteStage : StageSuite<SqliteSource>;

public sealed class SqliteStrictRecentFailure : StrictRecentFailureSuite<SqliteSource>;

public sealed class SqliteSuspect : SuspectSuite<SqliteSource>;

public sealed class SqliteTaskQuery : TaskQuerySuite<SqliteSource>;

public sealed class SqliteWorkflow : WorkflowSuite<SqliteSource>;

public sealed class SqliteWorkflowFailure : WorkflowFailureSuite<SqliteSource>;

public sealed class SqliteRunRace : RunRaceSuite<SqliteSource>;

public sealed class SqliteBatch : BatchSuite<SqliteSource>;

public sealed class SqliteBatchRace : BatchRaceSuite<SqliteSource>;

public sealed class SqliteOverlap : OverlapSuite<SqliteSource>;

public sealed class SqliteTransitionMatrix : TransitionMatrixSuite<SqliteSource>;

public sealed class SqliteModel : ModelSuite<SqliteSource>;

public sealed class SqliteRace : RaceSuite<SqliteSource>;

public sealed class SqliteReadRace : ReadRaceSuite<SqliteSource>;

public sealed class SqliteAssignment : AssignmentSuite<SqliteSource>;

public sealed class SqliteBreaker : BreakerSuite<SqliteSource>;

public sealed class SqliteRecord : RecordSuite<SqliteSource>;

public sealed class SqliteReview : ReviewSuite<SqliteSource>;

public sealed class SqliteExclusion : ExclusionSuite<SqliteSource>;

public sealed class SqliteOffer : OfferSuite<SqliteSource>;

public sealed class SqliteRelax : RelaxSuite<SqliteSource>;

public sealed class SqliteRelaxer : RelaxerSuite<SqliteSource>;

public sealed class SqliteReject : RejectSuite<SqliteSource>;

public sealed class SqliteRoutingRace : RoutingRaceSuite<SqliteSource>;

public sealed class SqlitePlan : PlanSuite<SqliteSource>;

public sealed class SqliteLimit : LimitSuite<SqliteSource>;

public sealed class SqliteShare : ShareSuite<SqliteSource>;

public sealed class SqliteShareRace : ShareRaceSuite<SqliteSource>;

public sealed class SqliteShareTwin : ShareTwinSuite<SqliteSource>;

public sealed class SqliteKeyLimit : KeyLimitSuite<SqliteSource>;

public sealed class SqlitePause : PauseSuite<SqliteSource>;

public sealed class SqliteLimitRace : LimitRaceSuite<SqliteSource>;

public sealed class SqliteRule : RuleSuite<SqliteSource>;

public sealed class SqliteSkill : SkillSuite<SqliteSource>;

public sealed class SqliteExplain : ExplainSuite<SqliteSource>;

public sealed class SqliteDistributor : DistributorSuite<SqliteSource>;

public sealed class SqliteStandingPlan : StandingPlanSuite<SqliteSource>;

public sealed class SqliteRecommend : RecommendSuite<SqliteSource>;

public sealed class SqliteSchedule : ScheduleSuite<SqliteSource>;

public sealed class SqliteHandoff : HandoffSuite<SqliteSource>;

public sealed class SqliteHelp : HelpSuite<SqliteSource>;

public sealed class SqliteUnique : UniqueSuite<SqliteSource>;

public sealed class SqliteUniqueRace : UniqueRaceSuite<SqliteSource>;

public sealed class SqliteReprioritise : ReprioritiseSuite<SqliteSource>;
