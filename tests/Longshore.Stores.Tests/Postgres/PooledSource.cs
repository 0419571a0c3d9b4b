using Longshore.Postgres;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>The same store behind a transaction pooler: nothing outlives a transaction there.</summary>
public sealed class PooledSource : StoreSource
{
    private readonly string _schema = SchemaShelf.Take();

    private PostgresStore? _store;

    public override IStore Create(StoreOptions options) =>
        _store = PostgresStore.OpenAsync(Options(options)).GetAwaiter().GetResult();

    public override async ValueTask<IStore> ReopenAsync(StoreOptions options)
    {
        await _store!.DisposeAsync();
        return Create(options);
    }

    public override ValueTask<IReadOnlyList<string>> BrokenInvariantsAsync() => _store!.CheckInvariantsAsync();

    public override async ValueTask DisposeAsync()
    {
        await _store!.DisposeAsync();
        await SchemaShelf.ReturnAsync(_schema);
    }

    private PostgresOptions Options(StoreOptions options) => new()
    {
        ConnectionString = Pooler.SharedConnection,
        Schema = _schema,
        Pooled = true,
        Store = options,
    };
}
