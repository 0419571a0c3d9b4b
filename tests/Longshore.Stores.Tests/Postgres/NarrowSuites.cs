using Longshore.Stores.Tests.Conformance;

namespace Longshore.Stores.Tests.Postgres;

public sealed class NarrowFinish : FinishSuite<NarrowSource>;

public sealed class NarrowHandoff : HandoffSuite<NarrowSource>;

public sealed class NarrowRelax : RelaxSuite<NarrowSource>;

public sealed class NarrowWorkflow : WorkflowSuite<NarrowSource>;
