using Longshore.Workflows;

namespace Longshore.Hosting;

/// <summary>
/// Workflows of typed handlers: <c>services.AddLongshore().AddWorkflow(new WorkflowBuilder("intake")
/// .Step&lt;Scan&gt;().Step&lt;Read&gt;(s =&gt; s.After&lt;Scan&gt;()))</c>.
/// </summary>
public static class WorkflowExtensions
{
    /// <summary>Stores a workflow when the host starts.</summary>
    /// <param name="builder">Where Longshore was added.</param>
    /// <param name="workflow">What is wanted.</param>
    public static LongshoreBuilder AddWorkflow(this LongshoreBuilder builder, WorkflowBuilder workflow)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(workflow);
        LongshoreHostingExtensions.HandlersOf(builder).Workflows.Add(workflow.Build());
        return builder;
    }

    /// <summary>Adds a step that a handler does, named after its kind.</summary>
    /// <typeparam name="THandler">A handler with a <see cref="TaskKindAttribute"/>.</typeparam>
    /// <param name="builder">The workflow.</param>
    /// <param name="configure">Says more of the step.</param>
    public static WorkflowBuilder Step<THandler>(
        this WorkflowBuilder builder, Action<StepBuilder>? configure = null)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Step(KindOf<THandler>(), KindOf<THandler>(), configure);
    }

    /// <summary>The step that another handler does must have ended before.</summary>
    /// <typeparam name="THandler">The other handler.</typeparam>
    /// <param name="step">The step.</param>
    public static StepBuilder After<THandler>(this StepBuilder step)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.After(KindOf<THandler>());
    }

    private static string KindOf<THandler>()
        where THandler : class => HandlerDescriptor.Of(typeof(THandler), new HandlerOptions()).Kinds[0];
}
