using System.Text;
using Longshore.Schedules;
using Longshore.Tasks;
using Longshore.Workflows;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Longshore.Hosting;

/// <summary>
/// Puts typed handlers into a host that has Longshore: <c>services.AddLongshore().AddHandler&lt;T&gt;()</c>.
/// </summary>
public static class LongshoreHostingExtensions
{
    /// <summary>Lets a handler do the tasks of its kind, under the agent of this process.</summary>
    /// <typeparam name="THandler">A <see cref="TaskHandler{TPayload}"/> with a <see
    /// cref="TaskKindAttribute"/>.</typeparam>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="configure">Changes how it runs.</param>
    public static LongshoreBuilder AddHandler<THandler>(
        this LongshoreBuilder builder, Action<HandlerOptions>? configure = null)
        where THandler : class =>
        builder.ConfigureAgent(agent => agent.Handle<THandler>(configure));

    /// <summary>
    /// Changes the agent under which <see cref="AddHandler{THandler}"/> puts its handlers. Its name is <c>host-</c>
    /// and the machine's name unless changed; it must be, when several processes of a machine share a store.
    /// </summary>
    public static LongshoreBuilder ConfigureAgent(this LongshoreBuilder builder, Action<AgentBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        configure(HandlersOf(builder).Default(builder.Services));
        return builder;
    }

    /// <summary>Adds an agent of its own, with its own capabilities and handlers.</summary>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="name">Unique; kebab-case, 3 to 50 characters.</param>
    /// <param name="configure">Describes it.</param>
    public static LongshoreBuilder AddAgent(this LongshoreBuilder builder, string name, Action<AgentBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        AgentNames.Check(name);
        var agent = new AgentBuilder(builder.Services, name);
        HandlersOf(builder).Agents.Add(agent);
        configure(agent);
        return builder;
    }

    internal static HandlerAgents HandlersOf(LongshoreBuilder builder)
    {
        var services = builder.Services;
        var known = services.FirstOrDefault(s => s.ServiceType == typeof(HandlerAgents))?.ImplementationInstance;
        if (known is not HandlerAgents agents)
        {
            agents = new HandlerAgents();
            services.AddSingleton(agents);
            services.TryAddSingleton<HandlerHost>();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HandlerHost>(
                provider => provider.GetRequiredService<HandlerHost>()));
        }

        return agents;
    }
}

/// <summary>The agents and schedules described so far.</summary>
internal sealed class HandlerAgents
{
    private AgentBuilder? _default;

    public List<AgentBuilder> Agents { get; } = [];

    public List<Schedule> Schedules { get; } = [];

    public List<Workflow> Workflows { get; } = [];

    public AgentBuilder Default(IServiceCollection services)
    {
        if (_default is null)
        {
            _default = new AgentBuilder(services, DefaultName(Environment.MachineName));
            Agents.Add(_default);
        }

        return _default;
    }

    private static string DefaultName(string machine)
    {
        var name = new StringBuilder("host-");
        foreach (var c in machine.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                name.Append(c);
            }
            else if (name[^1] != '-')
            {
                name.Append('-');
            }
        }

        return name.ToString(0, Math.Min(name.Length, Limits.AgentNameLengthMax)).TrimEnd('-');
    }
}
