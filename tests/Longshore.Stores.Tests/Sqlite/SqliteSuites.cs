using Longshore.Stores.Tests.Conformance;

namespace Longshore.Stores.Tests.Sqlite;

public sealed class SqliteInsert : InsertSuite<SqliteSource>;
