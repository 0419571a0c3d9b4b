using Longshore.Engine;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longshore.Hosting.Testing;

/// <summary>
/// Runs one handler on one payload, in the test's own call: no queue, no retry, but everything around the handler.
/// </summary>
public static class TaskTest
{
    /// <summary>
    /// Validates the payload and runs the handler, in a scope of its own. An exception of the handler reaches the test.
    /// </summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <typeparam name="TPayload">What it takes.</typeparam>
    /// <param name="payload">The input.</param>
    /// <param name="configure">Adds the services that the handler needs.</param>
    /// <param name="task">Changes the task it is run for: its attempt, correlation id and so on.</param>
    /// <param name="ct">What the handler is given to watch.</param>
    public static Task<TaskTestResult> RunAsync<THandler, TPayload>(
        TPayload payload,
        Action<IServiceCollection>? configure = null,
        Func<WorkTask, WorkTask>? task = null,
        CancellationToken ct = default)
        where THandler : TaskHandler<TPayload> =>
        RunAsync<THandler>(JsonText.From(payload, PayloadJson.Options), configure, task, ct: ct);

    /// <summary>
    /// As the other, with the payload as JSON; it may be invalid, or of a former <paramref name="version"/>.
    /// </summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <param name="payload">The input.</param>
    /// <param name="configure">Adds the services that the handler needs.</param>
    /// <param name="task">Changes the task it is run for: its attempt, correlation id and so on.</param>
    /// <param name="version">The version of the payload; null means what the handler takes.</param>
    /// <param name="ct">What the handler is given to watch.</param>
    public static async Task<TaskTestResult> RunAsync<THandler>(
        JsonText payload,
        Action<IServiceCollection>? configure = null,
        Func<WorkTask, WorkTask>? task = null,
        int? version = null,
        CancellationToken ct = default)
        where THandler : class
    {
        var handler = HandlerDescriptor.Of(typeof(THandler), new HandlerOptions());
        var host = await LongshoreTestHost.StartAsync(_ => { }, services =>
        {
            services.AddScoped<THandler>();
            configure?.Invoke(services);
        }).ConfigureAwait(false);
        await using var ending = host.ConfigureAwait(false);
        var spec = new NewTask { Kind = handler.Kind, Payload = payload }
            .WithPayloadVersion(version ?? handler.Version);
        var answers = await host.Client.SubmitAsync([spec], ct).ConfigureAwait(false);
        var submitted = await host.Client.GetTaskAsync(answers[0].Id, ct).ConfigureAwait(false);
        var granted = submitted with { State = TaskState.InProgress, Epoch = 1, Attempts = 1 };
        var claim = new RecordingClaim();
        var scopes = host.Services.GetRequiredService<IServiceScopeFactory>();
        var finish = await new HandlerExecutor(handler, scopes, host.Client, NullLogger.Instance)
            .ExecuteAsync(task?.Invoke(granted) ?? granted, claim, ct).ConfigureAwait(false);
        var tasks = await host.ListAsync().ConfigureAwait(false);
        return new TaskTestResult(finish, claim.Progress, [.. tasks.Where(t => t.Id != submitted.Id)]);
    }

    private sealed class RecordingClaim : IRunningClaim
    {
        public List<double> Progress { get; } = [];

        public Task RenewAsync(double? progress, CancellationToken ct)
        {
            if (progress is { } part)
            {
                TaskValidation.Unit(part, "progress");
                Progress.Add(part);
            }

            return Task.CompletedTask;
        }
    }
}

/// <summary>What a handler did.</summary>
public sealed class TaskTestResult
{
    private readonly Finish _finish;

    internal TaskTestResult(Finish finish, IReadOnlyList<double> progress, IReadOnlyList<WorkTask> enqueued) =>
        (_finish, Progress, Enqueued) = (finish, progress, enqueued);

    /// <summary>How the claim would end.</summary>
    public FinishKind Kind => _finish.Kind;

    /// <summary>The result as JSON.</summary>
    public JsonText Result => _finish.Result;

    /// <summary>What went wrong, or why it was snoozed or cancelled.</summary>
    public string? Error => _finish.Error;

    /// <summary>False when a failure is final.</summary>
    public bool Retry => _finish.Retry;

    /// <summary>How long it wants to wait.</summary>
    public TimeSpan? Delay => _finish.Delay;

    /// <summary>The progress it reported, in order.</summary>
    public IReadOnlyList<double> Progress { get; }

    /// <summary>The tasks it submitted.</summary>
    public IReadOnlyList<WorkTask> Enqueued { get; }

    /// <summary>The result as the type it was made from.</summary>
    public T? ResultAs<T>() => _finish.Result.To<T>(PayloadJson.Options);
}
