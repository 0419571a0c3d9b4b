using System.Text.Json;
using Longshore.Client;
using Longshore.Engine;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Longshore.Hosting.Testing;

/// <summary>
/// A whole node with handlers in a test: a store in memory, a clock that stands still, and a way to wait until the
/// work is done.
/// </summary>
public sealed class LongshoreTestHost : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(2);
    private readonly ServiceProvider _services;

    private LongshoreTestHost(ServiceProvider services, ManualTimeProvider clock) =>
        (_services, Clock) = (services, clock);

    /// <summary>The clock of the node and of its store.</summary>
    public ManualTimeProvider Clock { get; }

    /// <summary>The façade.</summary>
    public ILongshoreClient Client => _services.GetRequiredService<ILongshoreClient>();

    /// <summary>Everything that was composed.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Starts a node.</summary>
    /// <param name="configure">Adds handlers and agents; may choose another store.</param>
    /// <param name="services">Adds the services that handlers need.</param>
    /// <param name="options">Changes the node's settings.</param>
    public static async Task<LongshoreTestHost> StartAsync(
        Action<LongshoreBuilder> configure,
        Action<IServiceCollection>? services = null,
        Action<EngineOptions>? options = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var clock = new ManualTimeProvider();
        var composed = new ServiceCollection();
        composed.TryAddSingleton<TimeProvider>(clock);
        var builder = composed
            .AddLongshore(o =>
            {
                o.Clock = clock;
                o.Seed = 1;
                options?.Invoke(o);
            })
            .UseInMemoryStore(o => o with { Seed = 1 });
        services?.Invoke(composed);
        configure(builder);
        var host = new LongshoreTestHost(composed.BuildServiceProvider(validateScopes: true), clock);
        foreach (var hosted in host._services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return host;
    }

    /// <summary>
    /// Waits until nothing runs and nothing is left that a handler here could do now. Tasks deferred by a retry or a
    /// snooze stay so until the clock is moved.
    /// </summary>
    /// <param name="timeout">Longest wait, in real time; ten seconds by default.</param>
    /// <exception cref="TimeoutException">There is still work; the message says what.</exception>
    public async Task DrainAsync(TimeSpan? timeout = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await IsDrainedAsync().ConfigureAwait(false))
        {
            if (TimeProvider.System.GetElapsedTime(started) > (timeout ?? TimeSpan.FromSeconds(10)))
            {
                var left = await LeftAsync().ConfigureAwait(false);
                throw new TimeoutException($"Work is left after the timeout: {left}");
            }

            await Task.Delay(LookInterval, TimeProvider.System).ConfigureAwait(false);
        }
    }

    /// <summary>Moves the clock, brings back what is due then, and waits until that is done.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        Clock.Advance(time);
        var engine = _services.GetRequiredService<LongshoreEngine>();
        var staged = await engine.Store.Tasks.StageAsync(Limits.BatchMax).ConfigureAwait(false);
        engine.OnReady(staged);
        await DrainAsync().ConfigureAwait(false);
    }

    /// <summary>Every task there is.</summary>
    public async Task<IReadOnlyList<WorkTask>> ListAsync()
    {
        var tasks = new List<WorkTask>();
        string? after = null;
        do
        {
            var page = await Client.ListTasksAsync(new TaskQuery { Limit = Limits.PageMax, After = after })
                .ConfigureAwait(false);
            tasks.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        return tasks;
    }

    /// <summary>
    /// The tasks whose payload is a <typeparamref name="TPayload"/> that meets the condition; a test fails when there
    /// is none.
    /// </summary>
    /// <exception cref="InvalidOperationException">No such task was submitted; the message says what was.</exception>
    public async Task<IReadOnlyList<WorkTask>> EnqueuedAsync<TPayload>(Func<TPayload, bool>? condition = null)
    {
        var tasks = await ListAsync().ConfigureAwait(false);
        var found = tasks.Where(t => Reads(t.Spec.Payload, condition)).ToList();
        return found.Count > 0 ? found : throw new InvalidOperationException(
            $"No task with such a {typeof(TPayload).Name} was submitted; there are: "
            + string.Join(", ", tasks.Select(t => $"{t.Code} ({t.Spec.Kind}) {t.Spec.Payload}")));
    }

    /// <summary>
    /// Stops the node as its host would. Whatever still runs is told to stop, and given up if it does not: the clock is
    /// moved as far as that takes.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>().Reverse())
        {
            var stopping = hosted.StopAsync(new CancellationToken(canceled: true));
            while (!stopping.IsCompleted)
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                await Task.WhenAny(stopping, Task.Delay(LookInterval, TimeProvider.System)).ConfigureAwait(false);
            }

            await stopping.ConfigureAwait(false);
        }

        await _services.DisposeAsync().ConfigureAwait(false);
    }

    private static bool Reads<TPayload>(JsonText payload, Func<TPayload, bool>? condition)
    {
        try
        {
            return payload.To<TPayload>(PayloadJson.Options) is { } value && (condition is null || condition(value));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Twice, because what is quiet may just be about to hear of something.
    private async Task<bool> IsDrainedAsync()
    {
        var engine = _services.GetRequiredService<LongshoreEngine>();
        var dispatchers = _services.GetService<HandlerHost>()?.Dispatchers ?? [];
        for (var look = 0; look < 2; look++)
        {
            if (!engine.Processor.IsQuiet || !dispatchers.All(d => d.IsQuiet))
            {
                return false;
            }

            await Task.Yield();
        }

        return true;
    }

    private async Task<string> LeftAsync()
    {
        var left = (await ListAsync().ConfigureAwait(false)).Where(t => !t.State.IsTerminal());
        return string.Join(", ", left.Select(t => $"{t.Code} ({t.Spec.Kind}) {t.State.ToWire()} {t.Agent}"));
    }
}
