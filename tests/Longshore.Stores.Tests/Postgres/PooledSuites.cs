using Longshore.Stores.Tests.Conformance;

namespace Longshore.Stores.Tests.Postgres;

public sealed class PooledAgent : AgentSuite<PooledSource>;

public sealed class PooledClaim : ClaimSuite<PooledSource>;

public sealed class PooledEvent : EventSuite<PooledSource>;

public sealed class PooledFencing : FencingSuite<PooledSource>;

public sealed class PooledFinish : FinishSuite<PooledSource>;

public sealed class PooledHandoff : HandoffSuite<PooledSource>;

public sealed class PooledInsert : InsertSuite<PooledSource>;

public sealed class PooledLease : LeaseSuite<PooledSource>;

public sealed class PooledRenew : RenewSuite<PooledSource>;

public sealed class PooledRescue : RescueSuite<PooledSource>;
