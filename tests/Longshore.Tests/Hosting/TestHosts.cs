using Longshore.Client;
using Longshore.Engine;
using Longshore.Hosting;
using Longshore.Hosting.Testing;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Tests.Hosting;

/// <summary>Short ways to a host with the handlers of these tests.</summary>
internal static class TestHosts
{
    public const string Agent = "desk-1";

    /// <summary>One agent with both kinds.</summary>
    public static Task<LongshoreTestHost> StartAsync(
        Probe probe, Action<HandlerOptions>? options = null, Action<EngineOptions>? engine = null) =>
        StartAsync(probe, agent => agent.Handle<NoteHandler>(options).Handle<OtherHandler>(options), engine);

    /// <summary>One agent. Its leases are long, so that a test may move the clock far in one step.</summary>
    public static Task<LongshoreTestHost> StartAsync(
        Probe probe, Action<AgentBuilder> agent, Action<EngineOptions>? engine = null) =>
        LongshoreTestHost.StartAsync(
            builder => builder.AddAgent(Agent, agent).UseStore(services => new RecordingStore(
                new StoreOptions { Clock = services.GetRequiredService<EngineOptions>().Clock, Seed = 1 })),
            services => services.AddSingleton(probe),
            options =>
            {
                options.Lease = TimeSpan.FromHours(1);
                engine?.Invoke(options);
            });

    public static RecordingStore Store(this LongshoreTestHost host) => (RecordingStore)host.Engine().Store;

    public static LongshoreEngine Engine(this LongshoreTestHost host) =>
        host.Services.GetRequiredService<LongshoreEngine>();

    public static NewTask Task(string kind = "note", string payload = "{}") =>
        new() { Kind = kind, Payload = JsonText.Parse(payload) };

    public static async Task<long> SubmitAsync(
        this LongshoreTestHost host, string kind = "note", Func<NewTask, NewTask>? with = null)
    {
        var answers = await host.Client.SubmitAsync([with?.Invoke(Task(kind)) ?? Task(kind)]);
        return answers[0].Id;
    }

    /// <summary>Submits, lets the work be done, and answers the task as it is then.</summary>
    public static async Task<WorkTask> DoAsync(
        this LongshoreTestHost host, string kind = "note", Func<NewTask, NewTask>? with = null)
    {
        var id = await host.SubmitAsync(kind, with);
        await host.DrainAsync();
        return await host.Client.GetTaskAsync(id);
    }

    public static async Task<TaskState> StateOf(this ILongshoreClient client, long id) =>
        (await client.GetTaskAsync(id)).State;
}
