using System.Globalization;
using Longshore.Postgres;

namespace Longshore.Cli.Bench;

/// <summary>A schema for one run, dropped afterwards with all it holds.</summary>
internal sealed class BenchSchema : IAsyncDisposable
{
    private static int _last;

    private BenchSchema(PostgresOptions options) => Options = options;

    public PostgresOptions Options { get; }

    public static BenchSchema In(PostgresOptions options) => new(options with
    {
        Schema = string.Create(
            CultureInfo.InvariantCulture,
            $"longshore_bench_{Environment.ProcessId}_{Interlocked.Increment(ref _last)}"),
    });

    public async ValueTask DisposeAsync() =>
        await Schema.DropAsync(Options, CancellationToken.None).ConfigureAwait(false);
}
