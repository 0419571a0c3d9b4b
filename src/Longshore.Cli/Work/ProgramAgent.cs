using System.Globalization;
using Longshore.Agents;
using Longshore.Cli.Shell;
using Longshore.Client;
using Longshore.Storage;

namespace Longshore.Cli.Work;

/// <summary>
/// An agent that runs a program per task: claims as much as it has room for, waits for more by long poll, and on a
/// stop lets what runs finish for ten seconds before it is killed and given back.
/// </summary>
internal sealed class ProgramAgent : IDisposable
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SignOffLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);

    // Servers take a silence of 15 seconds or more for death.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleCheck = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    private readonly ILongshoreClient _client;
    private readonly WorkPlan _plan;
    private readonly WorkReport _report;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _room;
    private readonly CancellationTokenSource _kill = new();
    private readonly CancellationTokenSource _broken = new();
    private readonly string _session;

    // Only touched by the claiming loop.
    private readonly List<Task> _running = [];
    private string? _trouble;

    public ProgramAgent(ILongshoreClient client, WorkPlan plan, WorkReport report, TimeProvider clock)
    {
        _client = client;
        _plan = plan;
        _report = report;
        _clock = clock;
        _room = new SemaphoreSlim(Math.Max(1, plan.Concurrency));

        // Differs from every former life of this agent, whose claims the server then gives up at once.
        _session = string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.MachineName}-{Environment.ProcessId}-{clock.GetUtcNow().ToUnixTimeMilliseconds()}");
    }

    /// <summary>Works until stopped, or until there is nothing to do if that was asked for.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await RegisterAsync(stop).ConfigureAwait(false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, _broken.Token);
        try
        {
            await ClaimUntilAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // What runs is brought to its end below.
        }
        finally
        {
            await DrainAsync().ConfigureAwait(false);
            await SignOffAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(_running).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _room.Dispose();
        _kill.Dispose();
        _broken.Dispose();
    }

    private Task<Agent> RegisterAsync(CancellationToken ct) => _client.RegisterAsync(
        new AgentRegistration
        {
            Name = _plan.Name,
            Description = $"runs {_plan.Program[0]}",
            Capabilities = _plan.Capabilities,
            Kinds = _plan.Kinds,
            Namespaces = _plan.Namespaces,
            MaxConcurrent = _plan.Concurrency,
            Session = _session,
        },
        ct);

    private async Task ClaimUntilAsync(CancellationToken ct)
    {
        for (var call = 0; ;)
        {
            while (!await _room.WaitAsync(Heartbeat, ct).ConfigureAwait(false))
            {
                // Full for long: nothing is claimed meanwhile, and silence would look like death.
                await TryAsync(() => _client.HeartbeatAsync(_plan.Name, ct), ct).ConfigureAwait(false);
            }

            var isIdle = _room.CurrentCount + 1 == _plan.Concurrency;
            var grants = await ClaimAsync(call, ct).ConfigureAwait(false);
            call += grants is null ? 0 : 1;
            _running.RemoveAll(run => run.IsCompletedSuccessfully);
            for (var i = 1; i < grants?.Count; i++)
            {
                await _room.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            }

            foreach (var grant in grants ?? [])
            {
                _running.Add(RunAsync(grant, ct));
            }

            if (grants is null or { Count: 0 })
            {
                _room.Release();
            }

            if (_plan.ExitWhenIdle && isIdle && grants is { Count: 0 })
            {
                return;
            }
        }
    }

    /// <summary>Claims; null when the server could not be asked, which may pass.</summary>
    private async Task<IReadOnlyList<Grant>?> ClaimAsync(int call, CancellationToken ct)
    {
        IReadOnlyList<Grant>? grants = null;
        await TryAsync(
            async () => grants = await _client.ClaimAsync(
                new ClaimRequest
                {
                    Agent = _plan.Name,
                    Max = _room.CurrentCount + 1,
                    Lease = _plan.Lease,

                    // If an answer is lost on the way, the next call under the same key yields the same grants.
                    Key = string.Create(CultureInfo.InvariantCulture, $"{_session}-{call}"),
                },
                _plan.ExitWhenIdle ? IdleCheck : LongPoll,
                ct).ConfigureAwait(false),
            ct).ConfigureAwait(false);
        return grants;
    }

    private async Task RunAsync(Grant grant, CancellationToken stopping)
    {
        try
        {
            await new ProgramAttempt(_client, _plan, _report, _clock, grant)
                .RunAsync(stopping, _kill.Token).ConfigureAwait(false);
        }
        catch
        {
            // The program cannot be started, say: the next task would fare no better.
            await _broken.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Makes a call; a server that is away, busy or keeps this agent from work is asked again later.</summary>
    private async Task TryAsync(Func<Task> call, CancellationToken ct)
    {
        try
        {
            await call().ConfigureAwait(false);
            _trouble = null;
        }
        catch (Exception e) when (Passes(e))
        {
            if (_trouble != e.Message)
            {
                _trouble = e.Message;
                await ErrorBoundary.SayAsync($"{e.Message} (trying again)").ConfigureAwait(false);
            }

            await Task.Delay(TryAgainAfter, _clock, ct).ConfigureAwait(false);
        }
    }

    internal static bool Passes(Exception e) =>
        e is HttpRequestException or LongshoreException { Code: ErrorCode.Unavailable or ErrorCode.AgentUnavailable };

    private async Task DrainAsync()
    {
        var all = Task.WhenAll(_running);
        if (await Task.WhenAny(all, Task.Delay(DrainLimit, _clock)).ConfigureAwait(false) != all)
        {
            await _kill.CancelAsync().ConfigureAwait(false);
        }

        // Errors of single runs are told by RunAsync, once everything has ended.
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SignOffAsync()
    {
        using var limit = new CancellationTokenSource(SignOffLimit, _clock);
        try
        {
            await _client.DeregisterAsync(_plan.Name, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or LongshoreException or OperationCanceledException)
        {
            // Not reached: the server finds out by itself when the leases run out.
        }
    }
}
