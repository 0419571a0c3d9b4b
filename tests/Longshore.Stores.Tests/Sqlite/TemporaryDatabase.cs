using Longshore.Sqlite;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Sqlite;

/// <summary>A database file in a folder of its own that goes with the test.</summary>
internal sealed class TemporaryDatabase : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-test-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "tasks.db");

    public SqliteStore Open(StoreOptions? options = null) =>
        SqliteStore.Open(new SqliteOptions { Path = Path, Store = options ?? new StoreOptions() });

    public void Dispose() => _folder.Delete(recursive: true);
}
