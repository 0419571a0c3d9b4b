using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Engine;
using Longshore.Events;
using Longshore.Hosting.Testing;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Logging;

namespace Longshore.Tests.Engine;

/// <summary>An engine over a recording store, on a clock that the test moves.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private TestNode(Func<EngineOptions, EngineOptions>? configure, ILoggerFactory? logging, IEventBus? bus = null)
    {
        Store = new RecordingStore(new StoreOptions { Clock = Clock, Seed = 1 });
        var options = new EngineOptions { Clock = Clock, Seed = 1, NodeName = "node-1" };
        Engine = new LongshoreEngine(Store, configure?.Invoke(options) ?? options, logging, bus);
    }

    public ManualTimeProvider Clock { get; } = new();

    public RecordingStore Store { get; }

    public LongshoreEngine Engine { get; }

    public ILongshoreClient Client => Engine.Client;

    /// <summary>Without duties: nothing happens but what the test does.</summary>
    public static TestNode Still(
        Func<EngineOptions, EngineOptions>? configure = null,
        ILoggerFactory? logging = null,
        IEventBus? bus = null) =>
        new(configure, logging, bus);

    /// <summary>With duties.</summary>
    public static async Task<TestNode> StartAsync(
        Func<EngineOptions, EngineOptions>? configure = null, ILoggerFactory? logging = null)
    {
        var node = new TestNode(configure, logging);
        await node.Engine.StartAsync();
        return node;
    }

    public Task<Agent> RegisterAsync(string name, int maxConcurrent = 1, params string[] capabilities) =>
        Client.RegisterAsync(new AgentRegistration
        {
            Name = name,
            MaxConcurrent = maxConcurrent,
            Capabilities = [.. capabilities.Select(text => Capability.Parse(text))],
        });

    public async Task<long> SubmitAsync(string kind = "k", params string[] requires)
    {
        var answers = await Client.SubmitAsync([Task(kind, requires)]);
        return answers[0].Id;
    }

    public static NewTask Task(string kind = "k", params string[] requires) => new()
    {
        Kind = kind,
        Requires = [.. requires.Select(text => Requirement.Parse(text))],
    };

    /// <summary>A claim that waits; returns when it does.</summary>
    public async Task<Task<IReadOnlyList<Grant>>> ParkAsync(
        string agent, int max = 1, TimeSpan? wait = null, CancellationToken ct = default)
    {
        var waiting = Engine.Room.Count;
        var claim = Client.ClaimAsync(
            new ClaimRequest { Agent = agent, Max = max }, wait ?? TimeSpan.FromSeconds(60), ct);
        await Until.Holds(() => Engine.Room.Count == waiting + 1 && Engine.Processor.IsQuiet, $"{agent} waits");
        return claim;
    }

    public Task<FinishOutcome> FinishAsync(
        Grant grant, FinishKind kind = FinishKind.Complete, TimeSpan? delay = null) =>
        Client.FinishAsync(new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = kind, Delay = delay });

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Store.DisposeAsync();
    }
}
