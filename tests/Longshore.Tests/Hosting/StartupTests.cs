using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Hosting;
using Longshore.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Longshore.Tests.Hosting;

public sealed class StartupTests
{
    private readonly Probe _probe = new();

    [Fact]
    public async Task A_host_is_an_agent_with_what_its_handlers_bring()
    {
        await using var host = await TestHosts.StartAsync(
            _probe,
            agent => agent
                .Capabilities("ink")
                .Namespaces("default", "press")
                .Description("writes")
                .Handle<NoteHandler>(h => h.Concurrency = 3)
                .Handle<OtherHandler>(h => h.Concurrency = 2));
        var agent = await host.Client.GetAgentAsync(TestHosts.Agent);
        agent.Profile.MaxConcurrent.ShouldBe(5);
        agent.Profile.Kinds.ShouldBe(["note", "old-note", "other"]);
        agent.Profile.Capabilities.ShouldBe(
            [new Capability("ink"), new Capability("paper"), new Capability("pen", 2)]);
        agent.Profile.Namespaces.ShouldBe(["default", "press"]);
        agent.Profile.Description.ShouldBe("writes");
        agent.Profile.Session.ShouldNotBeNull();
    }

    [Fact]
    public async Task Several_agents_share_a_process()
    {
        await using var host = await LongshoreTestHost.StartAsync(
            builder => builder
                .AddAgent("desk-1", a => a.Handle<NoteHandler>())
                .AddAgent("desk-2", a => a.Capabilities("ink").Handle<NoteHandler>()),
            services => services.AddSingleton(_probe));
        var task = await host.DoAsync("note", t => t with { Requires = [new Requirement("ink")] });
        task.Agent.ShouldBe("desk-2");
    }

    [Fact]
    public async Task The_default_agent_is_named_after_the_machine()
    {
        await using var host = await LongshoreTestHost.StartAsync(
            builder => builder.AddHandler<NoteHandler>().AddHandler<OtherHandler>(),
            services => services.AddSingleton(_probe));
        var agent = (await host.Client.ListAgentsAsync(new Storage.AgentQuery())).Items.ShouldHaveSingleItem();
        agent.Name.ShouldStartWith("host-");
        agent.Profile.Kinds.ShouldContain("other");
    }

    [Fact]
    public async Task A_stopped_host_is_offline()
    {
        await using var host = await TestHosts.StartAsync(_probe);
        await StopHandlersAsync(host);
        (await host.Client.GetAgentAsync(TestHosts.Agent)).Mode.ShouldBe(AgentMode.Offline);
    }

    [Theory]
    [InlineData(typeof(Nameless), "put [TaskKind(")]
    [InlineData(typeof(NoHandler), "derive it from TaskHandler<TPayload>")]
    public async Task A_class_that_lacks_something_is_refused_at_the_start(Type handler, string said)
    {
        var handle = typeof(AgentBuilder).GetMethod(nameof(AgentBuilder.Handle))!.MakeGenericMethod(handler);
        var error = await Should.ThrowAsync<InvalidOperationException>(
            () => TestHosts.StartAsync(_probe, (AgentBuilder agent) => handle.Invoke(agent, [null])));
        error.Message.ShouldContain(handler.Name);
        error.Message.ShouldContain(said);
    }

    [Fact]
    public async Task Two_handlers_of_one_kind_are_refused_at_the_start()
    {
        var error = await Should.ThrowAsync<InvalidOperationException>(
            () => TestHosts.StartAsync(_probe, agent => agent.Handle<NoteHandler>().Handle<SameKind>()));
        error.Message.ShouldContain("'old-note'");
        error.Message.ShouldContain("NoteHandler, SameKind");
    }

    [Fact]
    public async Task Two_agents_of_one_name_are_refused_at_the_start()
    {
        var error = await Should.ThrowAsync<InvalidOperationException>(() => LongshoreTestHost.StartAsync(
            builder => builder
                .AddAgent("desk-1", a => a.Handle<NoteHandler>())
                .AddAgent("desk-1", a => a.Handle<OtherHandler>()),
            services => services.AddSingleton(_probe)));
        error.Message.ShouldContain("'desk-1'");
    }

    [Fact]
    public async Task A_node_without_a_store_says_what_to_add()
    {
        var services = new ServiceCollection();
        services.AddLongshore();
        await using var provider = services.BuildServiceProvider();
        Should.Throw<InvalidOperationException>(() => provider.GetServices<IHostedService>().ToList())
            .Message.ShouldContain("UseStore");
    }

    [Fact]
    public void An_option_out_of_range_is_refused() =>
        Should.Throw<LongshoreException>(
            () => HandlerDescriptor.Of(typeof(NoteHandler), new HandlerOptions { Concurrency = 0 }))
            .Message.ShouldContain("concurrency");

    private static async Task StopHandlersAsync(LongshoreTestHost host)
    {
        foreach (var hosted in host.Services.GetServices<IHostedService>().OfType<HandlerHost>())
        {
            await hosted.StopAsync(CancellationToken.None);
        }
    }

    [TaskKind("no-handler")]
    internal sealed class NoHandler;

    internal sealed class Nameless : TaskHandler<Note>
    {
        public override ValueTask<TaskResult> HandleAsync(Note payload, TaskContext context, CancellationToken ct) =>
            new(TaskResult.Done());
    }

    [TaskKind("old-note")]
    internal sealed class SameKind : TaskHandler<Note>
    {
        public override ValueTask<TaskResult> HandleAsync(Note payload, TaskContext context, CancellationToken ct) =>
            new(TaskResult.Done());
    }
}
