using System.Reflection;
using Longshore.Capabilities;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Longshore.Hosting;

/// <summary>Everything the host knows of a handler class before it runs.</summary>
internal sealed class HandlerDescriptor
{
    private delegate ValueTask<TaskResult> Invocation(
        IServiceProvider services, JsonText payload, TaskContext context, CancellationToken ct);

    private readonly Invocation _invoke;
    private readonly PayloadUpcasts _upcasts;

    private HandlerDescriptor(
        Type type, TaskKindAttribute kind, PayloadUpcasts upcasts, HandlerOptions options, Invocation invoke)
    {
        (Type, Kind, _upcasts, Options, _invoke) = (type, kind.Name, upcasts, options, invoke);
        Kinds = [kind.Name, .. kind.Aliases];
        Capabilities = [.. type.GetCustomAttributes<CapabilitiesAttribute>()
            .SelectMany(a => a.Capabilities)
            .Select(text => Capability.Parse(text, $"[Capabilities] of {type.Name}"))];
    }

    public Type Type { get; }

    /// <summary>The kind's present name.</summary>
    public string Kind { get; }

    /// <summary>The present name and the former ones.</summary>
    public IReadOnlyList<string> Kinds { get; }

    /// <summary>The version of the payload that it takes.</summary>
    public int Version => _upcasts.Version;

    public IReadOnlyList<Capability> Capabilities { get; }

    public HandlerOptions Options { get; }

    /// <summary>Describes a handler class, or says what is missing about it.</summary>
    /// <exception cref="InvalidOperationException">No <see cref="TaskKindAttribute"/>, or not a <see
    /// cref="TaskHandler{TPayload}"/>.</exception>
    /// <exception cref="LongshoreException">A kind, capability or option out of range.</exception>
    public static HandlerDescriptor Of(Type type, HandlerOptions options)
    {
        var kind = KindOf(type);
        var payload = PayloadTypeOf(type) ?? throw new InvalidOperationException(
            $"{type.Name} is no task handler: derive it from TaskHandler<TPayload>");
        foreach (var name in (string[])[kind.Name, .. kind.Aliases])
        {
            TaskValidation.Word(name, $"[TaskKind] of {type.Name}");
        }

        options.Check(kind.Name);
        var invoke = typeof(HandlerDescriptor)
            .GetMethod(nameof(InvokeAsync), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type, payload)
            .CreateDelegate<Invocation>();
        return new HandlerDescriptor(type, kind, PayloadUpcasts.Of(type, kind), options, invoke);
    }

    /// <summary>What a handler class says of its kind.</summary>
    /// <exception cref="InvalidOperationException">Nothing.</exception>
    public static TaskKindAttribute KindOf(Type type) =>
        type.GetCustomAttribute<TaskKindAttribute>() ?? throw new InvalidOperationException(
            $"{type.Name} does not name its kind: put [TaskKind(\"a-stable-name\")] on the class");

    /// <summary>Reads the payload, of whatever version, and runs the handler from a scope's services.</summary>
    /// <exception cref="InvalidPayloadException">The payload is not what the handler takes.</exception>
    public ValueTask<TaskResult> InvokeAsync(IServiceProvider services, TaskContext context, CancellationToken ct)
    {
        var spec = context.Task.Spec;
        return _invoke(services, _upcasts.Bring(spec.Payload, PayloadVersion.Of(spec)), context, ct);
    }

    private static ValueTask<TaskResult> InvokeAsync<THandler, TPayload>(
        IServiceProvider services, JsonText json, TaskContext context, CancellationToken ct)
        where THandler : TaskHandler<TPayload>
    {
        var payload = PayloadReader<TPayload>.Read(json);
        return services.GetRequiredService<THandler>().HandleAsync(payload, context, ct);
    }

    /// <summary>The payload type, however far up the handler's ancestry it is fixed (T2.15).</summary>
    private static Type? PayloadTypeOf(Type type)
    {
        for (var ancestor = type; ancestor is not null; ancestor = ancestor.BaseType)
        {
            if (ancestor.IsGenericType && ancestor.GetGenericTypeDefinition() == typeof(TaskHandler<>))
            {
                return ancestor.GetGenericArguments()[0];
            }
        }

        return null;
    }
}
