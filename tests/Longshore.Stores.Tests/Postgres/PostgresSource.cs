using System.Globalization;
using Longshore.Postgres;
using Longshore.Storage;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>Each store has a schema of its own in the one database of the tests.</summary>
public sealed class PostgresSource : StoreSource<PostgresStore>
{
    private static int _last;

    private readonly string _schema = string.Create(
        CultureInfo.InvariantCulture, $"t{Environment.ProcessId}_{Interlocked.Increment(ref _last)}");

    public override async ValueTask<IStore> ReopenAsync(StoreOptions options)
    {
        await Store.DisposeAsync();
        return Store = Make(options);
    }

    public override ValueTask<IReadOnlyList<string>> BrokenInvariantsAsync() => Store.CheckInvariantsAsync();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Schema.DropAsync(Options(new StoreOptions()), CancellationToken.None);
    }

    protected override PostgresStore Make(StoreOptions options) =>
        PostgresStore.OpenAsync(Options(options)).GetAwaiter().GetResult();

    private PostgresOptions Options(StoreOptions options) => new()
    {
        ConnectionString = PostgresServer.SharedConnection,
        Schema = _schema,
        Store = options,
    };
}
