using Longshore.Client;
using Longshore.Engine;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longshore.Hosting;

/// <summary>
/// One attempt of a handler at a task: a scope of its own, the payload read and validated, the handler's word turned
/// into a finish. An exception other than an invalid payload goes on to the lane, which knows why the attempt may
/// have been stopped.
/// </summary>
internal sealed class HandlerExecutor(
    HandlerDescriptor handler, IServiceScopeFactory scopes, ILongshoreClient client, ILogger logger) : ITaskExecutor
{
    public async ValueTask<Finish> ExecuteAsync(WorkTask task, IRunningClaim claim, CancellationToken ct)
    {
        // A newer program submitted it, and is about to come everywhere; to fail it would lose it.
        if (PayloadVersion.Of(task.Spec) is var version && version > handler.Version)
        {
            return TaskResult.Snooze(
                handler.Options.NewerPayloadDelay,
                $"its payload has version {version}; this handler of '{handler.Kind}' takes up to {handler.Version}")
                .ToFinish(task);
        }

        try
        {
            var scope = scopes.CreateAsyncScope();
            await using var _ = scope.ConfigureAwait(false);
            var context = new TaskContext(task, claim, client, scope.ServiceProvider, logger);
            var result = await handler.InvokeAsync(scope.ServiceProvider, context, ct).ConfigureAwait(false);
            return (result ?? TaskResult.Done()).ToFinish(task);
        }
        catch (InvalidPayloadException e)
        {
            return TaskResult.Fail(e.Message, retry: false).ToFinish(task);
        }
    }
}
