using Longshore.Stores.Tests.Conformance;

namespace Longshore.Stores.Tests.InMemory;

public sealed class InMemoryInsert : InsertSuite<InMemorySource>;
