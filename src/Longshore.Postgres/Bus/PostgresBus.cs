using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Longshore.Events;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longshore.Postgres.Bus;

/// <summary>
/// Carries what nodes tell each other over PostgreSQL's LISTEN and NOTIFY (S3.22–S3.27). One connection per process
/// listens, to the channels of the namespaces that somebody waits for. Cannot go through a transaction pooler.
/// </summary>
public sealed class PostgresBus : INodeBus, IAsyncDisposable
{
    private readonly InProcessEventBus _here;
    private readonly Database _database;
    private readonly ReadinessChannels _channels;
    private readonly ReadinessEventClassifier _classifier;
    private readonly Notifier _notifier;
    private readonly Listener _listener;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _probes = new(StringComparer.Ordinal);
    private long _lastProbe;

    /// <summary>Makes a bus over a store's database; it connects when a node begins to listen.</summary>
    /// <param name="store">The store; it must outlive the bus.</param>
    /// <param name="logging">Where logs go; null drops them.</param>
    /// <exception cref="LongshoreException">invalid_input: the store is behind a transaction pooler.</exception>
    public PostgresBus(PostgresStore store, ILoggerFactory? logging = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        _database = store.Database;
        if (_database.Options.Pooled)
        {
            throw LongshoreException.Invalid("pooled", "a transaction pooler carries no notifications; poll instead");
        }

        // Always the real clock: it bounds connections, not the life of tasks.
        _clock = TimeProvider.System;
        var log = (logging ?? NullLoggerFactory.Instance).CreateLogger<PostgresBus>();
        _here = new InProcessEventBus(logging?.CreateLogger<InProcessEventBus>());
        _channels = new ReadinessChannels(_database.Options.Schema);
        _classifier = new ReadinessEventClassifier(_channels);
        _notifier = new Notifier(_database, _classifier, _clock, log);
        var own = $"longshore.process.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        _listener = new Listener(
            _database, own, OnHeard, () => _here.Publish(BusReconnected.Instance), _clock, log);
    }

    /// <inheritdoc/>
    public bool IsConnected => _listener.IsConnected;

    /// <summary>How long the last notification that was measured took; null before the first.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>Notifications that reached the database because another node wanted them.</summary>
    public long Notifications => _notifier.Sent;

    /// <summary>Statements sent to tell other nodes; fewer than what there was to tell.</summary>
    public long Statements => _notifier.Statements;

    /// <inheritdoc/>
    public void Publish(BusMessage message)
    {
        _here.Publish(message);
        if (message is ReadinessEvent happened)
        {
            _notifier.Send(happened);
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<BusMessage> onMessage) => _here.Subscribe(onMessage);

    /// <inheritdoc/>
    public ValueTask ListenAsync(IReadOnlyCollection<string>? namespaces, CancellationToken ct = default) =>
        _listener.ListenAsync(
            namespaces is null ? [] : [.. _channels.Global, .. namespaces.Select(_channels.TaskReadyIn)], ct);

    /// <inheritdoc/>
    public async ValueTask<TimeSpan?> RoundTripAsync(TimeSpan limit, CancellationToken ct = default)
    {
        if (!IsConnected)
        {
            return null;
        }

        var id = Interlocked.Increment(ref _lastProbe).ToString(CultureInfo.InvariantCulture);
        var back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _probes[id] = back;
        try
        {
            var sent = _clock.GetTimestamp();
            await _listener.NotifySelfAsync(id, ct).AsTask().WaitAsync(limit, _clock, ct).ConfigureAwait(false);
            await back.Task.WaitAsync(limit, _clock, ct).ConfigureAwait(false);
            return RoundTrip = _clock.GetElapsedTime(sent);
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (Npgsql.NpgsqlException)
        {
            return null;
        }
        finally
        {
            _probes.TryRemove(id, out _);
        }
    }

    /// <summary>Stops listening and telling.</summary>
    public async ValueTask DisposeAsync()
    {
        _notifier.Dispose();
        await _listener.DisposeAsync().ConfigureAwait(false);
    }

    private void OnHeard(string channel, string payload)
    {
        if (channel != _listener.OwnChannel)
        {
            _here.Publish(_classifier.Classify(channel, payload));
        }
        else if (_probes.TryGetValue(payload, out var probe))
        {
            probe.TrySetResult();
        }
    }
}
