using Longshore.Events;
using Longshore.Telemetry;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Longshore.Postgres.Bus;

/// <summary>
/// The one connection of a process that listens. Lost, it is made again, after pauses that grow up to five seconds;
/// then it first listens to the same channels again, and then says that events may have been missed (T3.7).
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(5);

    // With nothing heard for so long, the connection is asked whether it is alive.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly Random _chance;
    private readonly ILogger _log;
    private readonly Action<string, string> _onHeard;
    private readonly Action _onMissed;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _applied = new(StringComparer.Ordinal);

    // Guarded by _gate: what to listen to, how often that was changed, and who waits for it.
    private HashSet<string> _wanted = new(StringComparer.Ordinal);
    private long _version;
    private TaskCompletionSource _settled = NewSource();
    private Task? _loop;

    // Touched by the loop only.
    private long _appliedVersion;
    private int _failures;
    private long _lostAt;

    public Listener(
        Database database,
        string ownChannel,
        Action<string, string> onHeard,
        Action onMissed,
        TimeProvider clock,
        ILogger log)
    {
        (_database, OwnChannel, _onHeard, _onMissed, _clock, _log) =
            (database, ownChannel, onHeard, onMissed, clock, log);
        _chance = new Random(ownChannel.GetHashCode(StringComparison.Ordinal));
    }

    /// <summary>Heard by this process alone: by it a listener is reached that waits.</summary>
    public string OwnChannel { get; }

    public bool IsConnected { get; private set; }

    /// <summary>Listens to these channels and no others; see <see cref="INodeBus.ListenAsync"/>.</summary>
    public async ValueTask ListenAsync(IEnumerable<string> channels, CancellationToken ct)
    {
        Task settled;
        lock (_gate)
        {
            _wanted = new HashSet<string>(channels, StringComparer.Ordinal);
            _version++;
            if (_settled.Task.IsCompleted)
            {
                _settled = NewSource();
            }

            settled = _settled.Task;
            if (_loop is null)
            {
                using (ExecutionContext.SuppressFlow())
                {
                    _loop = Task.Run(RunAsync, CancellationToken.None);
                }
            }
        }

        await WakeAsync(ct).ConfigureAwait(false);
        await settled.WaitAsync(ct).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_loop is not null)
        {
            await _loop.ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    /// <summary>Sends a notification that only this process hears.</summary>
    public async ValueTask NotifySelfAsync(string payload, CancellationToken ct) =>
        await _database.RunAsync(
            () => new Round().Add(_database.Sql["bus_notify_self"]).With(OwnChannel).With(payload),
            _ => ValueTask.FromResult(true),
            ct).ConfigureAwait(false);

    // The listener waits for notifications; one to itself ends that.
    private async ValueTask WakeAsync(CancellationToken ct)
    {
        if (!IsConnected)
        {
            return;
        }

        try
        {
            await NotifySelfAsync("", ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Then the listener has lost its connection as well, or finds the change after a silence.
            _log.LogDebug(e, "The listener could not be woken");
        }
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ConnectAndListenAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                if (!_stopping.IsCancellationRequested)
                {
                    NoteLost(e);
                    await BackOffAsync().ConfigureAwait(false);
                }
            }
        }

        IsConnected = false;
        Settle(long.MaxValue);
    }

    private async Task ConnectAndListenAsync(CancellationToken ct)
    {
        var connection = new NpgsqlConnection(_database.ListenerConnection);
        await using var _ = connection.ConfigureAwait(false);
        await connection.OpenAsync(ct).ConfigureAwait(false);
        connection.Notification += (_, heard) => _onHeard(heard.Channel, heard.Payload);
        _applied.Clear();
        await ApplyAsync(connection, ct).ConfigureAwait(false);
        IsConnected = true;
        NoteConnected();
        while (true)
        {
            if (!await connection.WaitAsync(Silence, ct).ConfigureAwait(false))
            {
                await RunAsync(connection, _database.Sql["bus_alive"], ct).ConfigureAwait(false);
            }

            await ApplyAsync(connection, ct).ConfigureAwait(false);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        HashSet<string> wanted;
        long version;
        lock (_gate)
        {
            (wanted, version) = ([.. _wanted, OwnChannel], _version);
        }

        if (version == _appliedVersion && _applied.Count > 0)
        {
            return;
        }

        var changes = wanted.Except(_applied).Select(channel => Statement("bus_listen", channel))
            .Concat(_applied.Except(wanted).Select(channel => Statement("bus_unlisten", channel))).ToList();
        if (changes.Count > 0)
        {
            await RunAsync(connection, string.Join('\n', changes), ct).ConfigureAwait(false);
        }

        _applied.Clear();
        _applied.UnionWith(wanted);
        _appliedVersion = version;
        Settle(version);
    }

    private string Statement(string name, string channel)
    {
        var quoted = "\"" + channel.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        return _database.Sql[name].TrimEnd(';', '\n', ' ').Replace("/* channel */", quoted, StringComparison.Ordinal)
            + ";";
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private void Settle(long version)
    {
        lock (_gate)
        {
            if (version >= _version)
            {
                _settled.TrySetResult();
            }
        }
    }

    private void NoteConnected()
    {
        if (_failures > 0)
        {
            _log.BusReconnected(_clock.GetElapsedTime(_lostAt));
            _failures = 0;
        }

        _onMissed();
    }

    private void NoteLost(Exception e)
    {
        IsConnected = false;
        if (_failures++ == 0)
        {
            _lostAt = _clock.GetTimestamp();
            _log.BusDisconnected(e);
        }

        // Nobody is kept waiting for what cannot be now.
        Settle(long.MaxValue);
    }

    private async Task BackOffAsync()
    {
        var most = BackoffMin * Math.Pow(2, Math.Min(10, _failures - 1));
        var pause = (most < BackoffMax ? most : BackoffMax) * (0.5 + (0.5 * _chance.NextDouble()));
        await Task.Delay(pause, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
