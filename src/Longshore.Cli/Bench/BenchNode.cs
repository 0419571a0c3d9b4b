using Longshore.Client;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Postgres;
using Longshore.Sqlite;
using Longshore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longshore.Cli.Bench;

/// <summary>An application with a node, as users compose it, over a new and empty store.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private static readonly TimeSpan PruneOften = TimeSpan.FromMilliseconds(50);
    private readonly BenchFile? _file;
    private readonly BenchSchema? _schema;
    private readonly IHost _host;
    private readonly IStore _store;
    private readonly LongshoreEngine _engine;
    private bool _ownsSchema;

    private BenchNode(BenchFile? file, BenchSchema? schema, IHost host)
    {
        (_file, _schema, _host) = (file, schema, host);
        _engine = host.Services.GetRequiredService<LongshoreEngine>();
        _store = host.Services.GetRequiredService<IStore>();
    }

    public IStore Store => _store;

    public ILongshoreClient Client => _engine.Client;

    /// <summary>SQLite's file, if that is the store.</summary>
    public string? Path => _file?.Path;

    /// <summary>
    /// Starts the application: the node, then <paramref name="load"/>, then the handlers. Beside another node it shares
    /// that one's database.
    /// </summary>
    public static async Task<BenchNode> StartAsync(
        BenchOptions options,
        Action<LongshoreBuilder>? handlers = null,
        Func<BenchNode, Task>? load = null,
        BenchNode? beside = null,
        CancellationToken ct = default)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var longshore = builder.Services.AddLongshore(
            engine =>
            {
                engine.NodeName = beside is null ? "bench" : "bench-beside";
                engine.PruneInterval = options.Pruning ? PruneOften : engine.PruneInterval;
            });
        var file = options.Store.Name == "sqlite" ? new BenchFile(options.Store.Path) : null;
        var schema = options.Store.Postgres is { } postgres ? beside?._schema ?? BenchSchema.In(postgres) : null;
        (options.Store with { Path = file?.Path, Postgres = schema?.Options }).Use(longshore, usual => usual);

        // Hosted services start in the order in which they are added: this one comes between node and handlers.
        var loading = new Loading();
        builder.Services.AddSingleton<IHostedService>(loading);
        handlers?.Invoke(longshore);
        var node = new BenchNode(file, schema, builder.Build()) { _ownsSchema = beside is null };
        loading.Work = () => load?.Invoke(node) ?? Task.CompletedTask;
        try
        {
            await node._host.StartAsync(ct).ConfigureAwait(false);
            return node;
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What the store's writer has done so far; null where the store does not count it.</summary>
    public (long Commits, long Statements)? Writes => _store switch
    {
        SqliteStore sqlite => (sqlite.Commits, sqlite.Statements),
        PostgresStore postgres => (postgres.Commits, postgres.Statements),
        _ => null,
    };

    /// <summary>Reads the first hundred rows of a view; answers how many there are.</summary>
    /// <exception cref="LongshoreException">invalid_input: the store has no views.</exception>
    public ValueTask<int> ReadViewAsync(string view, CancellationToken ct) => _store switch
    {
        SqliteStore sqlite => sqlite.ReadViewAsync(view, ct),
        PostgresStore postgres => postgres.ReadViewAsync(view, ct),
        _ => throw new LongshoreException(ErrorCode.InvalidInput, "--store: only databases have views"),
    };

    /// <summary>Waits until this many tasks are finished and committed, and answers the timestamp of that.</summary>
    public async Task<long> FinishedAsync(long tasks, CancellationToken ct)
    {
        var done = new TaskCompletionSource<long>();
        void Look()
        {
            if (_engine.Statistics.Finished >= tasks)
            {
                done.TrySetResult(TimeProvider.System.GetTimestamp());
            }
        }

        using var subscription = _host.Services.GetRequiredService<IEventBus>().Subscribe(_ => Look());
        Look();
        return await done.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await ((IAsyncDisposable)_host).DisposeAsync().ConfigureAwait(false);
        _file?.Dispose();
        if (_schema is not null && _ownsSchema)
        {
            await _schema.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Loading : IHostedService
    {
        public Func<Task> Work { get; set; } = () => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Work();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
