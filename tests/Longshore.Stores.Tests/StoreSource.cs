using Longshore.Sqlite;
using Longshore.Sqlite.Interop;
using Longshore.Storage;
using Longshore.Storage.InMemory;
using Longshore.Stores.Tests.Sqlite;

namespace Longshore.Stores.Tests;

/// <summary>Makes empty stores of one kind for tests, and removes what they leave behind.</summary>
public abstract class StoreSource : IAsyncDisposable
{
    /// <summary>Makes an empty store; once for each source.</summary>
    public abstract IStore Create(StoreOptions options);

    /// <summary>Closes the store and opens it again with what it keeps; one that keeps nothing stays open.</summary>
    public abstract ValueTask<IStore> ReopenAsync(StoreOptions options);

    /// <summary>What must hold between any two verbs and does not; empty when all is well.</summary>
    public abstract ValueTask<IReadOnlyList<string>> BrokenInvariantsAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>A source whose store a person can ask at a SQL prompt.</summary>
public interface ISqlSource
{
    /// <summary>Reads rows as texts; views are named without their schema.</summary>
    Task<IReadOnlyList<string?[]>> QueryAsync(int columns, string sql);

    /// <summary>Changes something behind the store's back.</summary>
    Task ExecuteAsync(string sql);
}

/// <summary>Says which store a source makes, so that a store without a source is noticed.</summary>
public abstract class StoreSource<TStore> : StoreSource
    where TStore : class, IStore
{
    private TStore? _store;

    protected TStore Store
    {
        get => _store ?? throw new InvalidOperationException("the source has made no store yet");
        set => _store = value;
    }

    public sealed override IStore Create(StoreOptions options) => _store = Make(options);

    public override async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected abstract TStore Make(StoreOptions options);
}

public sealed class InMemorySource : StoreSource<InMemoryStore>
{
    public override ValueTask<IStore> ReopenAsync(StoreOptions options) => ValueTask.FromResult<IStore>(Store);

    public override ValueTask<IReadOnlyList<string>> BrokenInvariantsAsync() => Store.CheckInvariantsAsync();

    protected override InMemoryStore Make(StoreOptions options) => new(options);
}

public sealed class SqliteSource : StoreSource<SqliteStore>, ISqlSource
{
    private readonly TemporaryDatabase _database = new();

    public override async ValueTask<IStore> ReopenAsync(StoreOptions options)
    {
        await Store.DisposeAsync();
        return Store = Make(options);
    }

    public override ValueTask<IReadOnlyList<string>> BrokenInvariantsAsync() => Store.CheckInvariantsAsync();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _database.Dispose();
    }

    public Task<IReadOnlyList<string?[]>> QueryAsync(int columns, string sql)
    {
        using var connection = new Connection(_database.Path, readOnly: true);
        using var statement = connection.Prepare(sql);
        var rows = new List<string?[]>();
        while (statement.Read())
        {
            rows.Add([.. Enumerable.Range(0, columns).Select(statement.Text)]);
        }

        return Task.FromResult<IReadOnlyList<string?[]>>(rows);
    }

    public Task ExecuteAsync(string sql)
    {
        using var connection = new Connection(_database.Path, readOnly: false);
        connection.Execute(sql);
        return Task.CompletedTask;
    }

    protected override SqliteStore Make(StoreOptions options) => SqliteStore.Open(new SqliteOptions
    {
        Path = _database.Path,
        Store = options,
        Durability = Durability.Normal,
    });
}
