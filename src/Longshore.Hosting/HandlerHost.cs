using Longshore.Engine;
using Longshore.Schedules;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longshore.Hosting;

/// <summary>Starts the agents of this process after the engine, and stops them before it.</summary>
internal sealed class HandlerHost(
    LongshoreEngine engine, HandlerAgents agents, IServiceScopeFactory scopes, ILoggerFactory? logging = null)
    : IHostedService, IAsyncDisposable
{
    private readonly List<Dispatcher> _dispatchers = [];

    /// <summary>The running agents.</summary>
    public IReadOnlyList<Dispatcher> Dispatchers => _dispatchers;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // All are described before one starts: what is wrong is told before any work is taken.
        var described = agents.Agents.Where(a => a.HasHandlers).Select(Dispatch).ToList();
        var twice = described.GroupBy(d => d.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidOperationException(
                $"{twice.Count()} agents are named '{twice.Key}'; each needs a name of its own");
        }

        foreach (var dispatcher in described)
        {
            _dispatchers.Add(dispatcher);
            await dispatcher.StartAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var workflow in agents.Workflows)
        {
            await engine.Client.PutWorkflowAsync(workflow, cancellationToken).ConfigureAwait(false);
        }

        foreach (var schedule in agents.Schedules)
        {
            await PutAsync(schedule, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_dispatchers.Select(d => d.StopAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (var dispatcher in _dispatchers)
        {
            await dispatcher.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task PutAsync(Schedule schedule, CancellationToken ct)
    {
        var present = await engine.Store.Schedules.GetScheduleAsync(schedule.Namespace, schedule.Name, ct)
            .ConfigureAwait(false);
        var isPaused = present?.Definition.IsPaused ?? schedule.IsPaused;
        await engine.Client.PutScheduleAsync(schedule with { IsPaused = isPaused }, ct: ct).ConfigureAwait(false);
    }

    private Dispatcher Dispatch(AgentBuilder agent)
    {
        AgentNames.Check(agent.Name);
        var handlers = agent.Describe();
        return new Dispatcher(engine, agent.Profile(handlers), [.. handlers.Select(Lane)], agent.DrainTime);
    }

    private LaneOptions Lane(HandlerDescriptor handler)
    {
        var logger = (logging ?? engine.Logging).CreateLogger(handler.Type.FullName ?? handler.Type.Name);
        return new LaneOptions(handler.Kinds, new HandlerExecutor(handler, scopes, engine.Client, logger))
        {
            Concurrency = handler.Options.Concurrency,
            Prefetch = handler.Options.Prefetch,
            Timeout = handler.Options.Timeout,
            AbandonAfter = handler.Options.AbandonAfter,
        };
    }
}
