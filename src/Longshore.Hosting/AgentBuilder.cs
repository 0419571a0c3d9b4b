using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Longshore.Hosting;

/// <summary>
/// Describes an agent in this process whose tasks are done by handlers. It registers under its name when the host
/// starts; the name must differ from that of every other running agent, and should stay the same over restarts.
/// </summary>
public sealed class AgentBuilder
{
    private readonly IServiceCollection _services;
    private readonly List<(Type Type, HandlerOptions Options)> _handlers = [];
    private readonly List<Capability> _capabilities = [];
    private AgentRegistration _profile;

    internal AgentBuilder(IServiceCollection services, string name)
    {
        _services = services;
        _profile = new AgentRegistration { Name = name };
    }

    internal string Name => _profile.Name;

    internal TimeSpan DrainTime { get; private set; } = TimeSpan.FromSeconds(20);

    /// <summary>Another name: kebab-case, 3 to 50 characters.</summary>
    public AgentBuilder Named(string name) => With(_profile with { Name = name });

    /// <summary>What it can do, beside what its handlers bring: <c>pdf</c>, <c>sql:3</c>.</summary>
    /// <exception cref="LongshoreException">invalid_input: not the name of a capability.</exception>
    public AgentBuilder Capabilities(params string[] capabilities)
    {
        _capabilities.AddRange(capabilities.Select(text => Capability.Parse(text)));
        return this;
    }

    /// <summary>The namespaces it works in, instead of <c>default</c>.</summary>
    public AgentBuilder Namespaces(params string[] namespaces) => With(_profile with { Namespaces = namespaces });

    /// <summary>What people read about it.</summary>
    public AgentBuilder Description(string description) => With(_profile with { Description = description });

    /// <summary>
    /// How long running handlers are waited for when the host stops, before they are told to stop; 20 seconds by
    /// default.
    /// </summary>
    public AgentBuilder DrainTimeout(TimeSpan time)
    {
        TaskValidation.Duration(time, "drain_timeout");
        DrainTime = time;
        return this;
    }

    /// <summary>
    /// Lets a handler do the tasks of its kind. Its class is made anew for each attempt, in a scope of its own.
    /// </summary>
    /// <typeparam name="THandler">A <see cref="TaskHandler{TPayload}"/> with a <see
    /// cref="TaskKindAttribute"/>.</typeparam>
    /// <param name="configure">Changes how it runs.</param>
    public AgentBuilder Handle<THandler>(Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        var options = new HandlerOptions();
        configure?.Invoke(options);
        _handlers.Add((typeof(THandler), options));
        _services.TryAddScoped<THandler>();
        return this;
    }

    internal bool HasHandlers => _handlers.Count > 0;

    /// <summary>The handlers, described.</summary>
    /// <exception cref="InvalidOperationException">Two do the same kind, or one lacks something.</exception>
    internal IReadOnlyList<HandlerDescriptor> Describe()
    {
        var handlers = _handlers.ConvertAll(h => HandlerDescriptor.Of(h.Type, h.Options));
        foreach (var same in handlers.SelectMany(h => h.Kinds.Select(kind => (kind, h))).GroupBy(pair => pair.kind))
        {
            if (same.Count() > 1)
            {
                throw new InvalidOperationException(
                    $"agent '{Name}' has {same.Count()} handlers of the kind '{same.Key}': "
                    + $"{string.Join(", ", same.Select(pair => pair.h.Type.Name))}; give each a kind of its own");
            }
        }

        return handlers;
    }

    internal AgentRegistration Profile(IEnumerable<HandlerDescriptor> handlers) =>
        _profile with { Capabilities = [.. _capabilities, .. handlers.SelectMany(h => h.Capabilities)] };

    private AgentBuilder With(AgentRegistration profile)
    {
        _profile = profile;
        return this;
    }
}
