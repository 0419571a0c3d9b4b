using Longshore.Stores.Tests.Conformance;
using Longshore.Stores.Tests.Model;
using Longshore.Stores.Tests.Races;

namespace Longshore.Stores.Tests.InMemory;

public sealed class InMemoryAgentQuery : AgentQuerySuite<InMemorySource>;

public sealed class InMemoryAgent : AgentSuite<InMemorySource>;

public sealed class InMemoryAtomicity : AtomicitySuite<InMemorySource>;

public sealed class InMemoryCancel : CancelSuite<InMemorySource>;

public sealed class InMemoryClaimKey : ClaimKeySuite<InMemorySource>;

public sealed class InMemoryClaim : ClaimSuite<InMemorySource>;

public sealed class InMemoryDiscover : DiscoverSuite<InMemorySource>;

public sealed class InMemoryEvent : EventSuite<InMemorySource>;

public sealed class InMemoryExpire : ExpireSuite<InMemorySource>;

public sealed class InMemoryFencing : FencingSuite<InMemorySource>;

public sealed class InMemoryFinish : FinishSuite<InMemorySource>;

public sealed class InMemoryHealth : HealthSuite<InMemorySource>;

public sealed class InMemoryIdempotency : IdempotencySuite<InMemorySource>;

public sealed class InMemoryInsert : InsertSuite<InMemorySource>;

public sealed class InMemoryLease : LeaseSuite<InMemorySource>;

public sealed class InMemoryLoad : LoadSuite<InMemorySource>;

public sealed class InMemoryMatch : MatchSuite<InMemorySource>;

public sealed class InMemoryNode : NodeSuite<InMemorySource>;

public sealed class InMemoryNodesTogether : NodesTogetherSuite<InMemorySource>;

public sealed class InMemoryNoRecentFailure : NoRecentFailureSuite<InMemorySource>;

public sealed class InMemoryOrder : OrderSuite<InMemorySource>;

public sealed class InMemoryPrune : PruneSuite<InMemorySource>;

public sealed class InMemoryBookmark : BookmarkSuite<InMemorySource>;

public sealed class InMemoryStatistics : StatisticsSuite<InMemorySource>;

public sealed class InMemoryRetention : RetentionSuite<InMemorySource>;

public sealed class InMemoryReadySince : ReadySinceSuite<InMemorySource>;

public sealed class InMemoryRecentFailure : RecentFailureSuite<InMemorySource>;

public sealed class InMemoryRenew : RenewSuite<InMemorySource>;

public sealed class InMemoryReplay : ReplaySuite<InMemorySource>;

public sealed class InMemoryRescue : RescueSuite<InMemorySource>;

public sealed class InMemoryRetry : RetrySuite<InMemorySource>;

public sealed class InMemoryStage : StageSuite<InMemorySource>;

public sealed class InMemoryStrictRecentFailure : StrictRecentFailureSuite<InMemorySource>;

public sealed class InMemorySuspect : SuspectSuite<InMemorySource>;

public sealed class InMemoryTaskQuery : TaskQuerySuite<InMemorySource>;

public sealed class InMemoryWorkflow : WorkflowSuite<InMemorySource>;

public sealed class InMemoryWorkflowFailure : WorkflowFailureSuite<InMemorySource>;

public sealed class InMemoryRunRace : RunRaceSuite<InMemorySource>;

public sealed class InMemoryBatch : BatchSuite<InMemorySource>;

public sealed class InMemoryBatchRace : BatchRaceSuite<InMemorySource>;

public sealed class InMemoryOverlap : OverlapSuite<InMemorySource>;

public sealed class InMemoryTransitionMatrix : TransitionMatrixSuite<InMemorySource>;

public sealed class InMemoryModel : ModelSuite<InMemorySource>;

public sealed class InMemoryRace : RaceSuite<InMemorySource>;

public sealed class InMemoryReadRace : ReadRaceSuite<InMemorySource>;

public sealed class InMemoryAssignment : AssignmentSuite<InMemorySource>;

public sealed class InMemoryBreaker : BreakerSuite<InMemorySource>;

public sealed class InMemoryRecord : RecordSuite<InMemorySource>;

public sealed class InMemoryReview : ReviewSuite<InMemorySource>;

public sealed class InMemoryExclusion : ExclusionSuite<InMemorySource>;

public sealed class InMemoryOffer : OfferSuite<InMemorySource>;

public sealed class InMemoryRelax : RelaxSuite<InMemorySource>;

public sealed class InMemoryRelaxer : RelaxerSuite<InMemorySource>;

public sealed class InMemoryReject : RejectSuite<InMemorySource>;

public sealed class InMemoryPlan : PlanSuite<InMemorySource>;

public sealed class InMemoryLimit : LimitSuite<InMemorySource>;

public sealed class InMemoryShare : ShareSuite<InMemorySource>;

public sealed class InMemoryShareRace : ShareRaceSuite<InMemorySource>;

public sealed class InMemoryShareTwin : ShareTwinSuite<InMemorySource>;

public sealed class InMemoryKeyLimit : KeyLimitSuite<InMemorySource>;

public sealed class InMemoryPause : PauseSuite<InMemorySource>;

public sealed class InMemoryLimitRace : LimitRaceSuite<InMemorySource>;

public sealed class InMemoryRule : RuleSuite<InMemorySource>;

public sealed class InMemorySkill : SkillSuite<InMemorySource>;

public sealed class InMemoryRoutingRace : RoutingRaceSuite<InMemorySource>
{
    // It looks at every task for each member of a group.
    protected override int Rounds => 200;
}

public sealed class InMemoryExplain : ExplainSuite<InMemorySource>;

public sealed class InMemoryDistributor : DistributorSuite<InMemorySource>;

public sealed class InMemoryStandingPlan : StandingPlanSuite<InMemorySource>;

public sealed class InMemoryRecommend : RecommendSuite<InMemorySource>;

public sealed class InMemorySchedule : ScheduleSuite<InMemorySource>;

public sealed class InMemoryHandoff : HandoffSuite<InMemorySource>;

public sealed class InMemoryHelp : HelpSuite<InMemorySource>;

public sealed class InMemoryUnique : UniqueSuite<InMemorySource>;

public sealed class InMemoryUniqueRace : UniqueRaceSuite<InMemorySource>;

public sealed class InMemoryReprioritise : ReprioritiseSuite<InMemorySource>;
