using System.Globalization;
using Longshore.Postgres;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>The same store behind a transaction pooler: nothing outlives a transaction there.</summary>
public sealed class PooledSource : StoreSource
{
    private static int _last;

    private readonly string _schema = string.Create(
        CultureInfo.InvariantCulture, $"p{Environment.ProcessId}_{Interlocked.Increment(ref _last)}");

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
        await Schema.DropAsync(Options(new StoreOptions()), CancellationToken.None);
    }

    private PostgresOptions Options(StoreOptions options) => new()
    {
        ConnectionString = Pooler.SharedConnection,
        Schema = _schema,
        Pooled = true,
        Store = options,
    };
}
