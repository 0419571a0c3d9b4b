using Longshore.Client;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Hosting;

/// <summary>Submits tasks by the handler that will do them.</summary>
public static class EnqueueExtensions
{
    /// <summary>
    /// Submits a task for a handler, with its kind, its payload type and its <see cref="PayloadVersion"/>. The payload
    /// is validated here as it will be before it runs (T2.16).
    /// </summary>
    /// <typeparam name="THandler">The handler; it need not run in this process.</typeparam>
    /// <typeparam name="TPayload">What it takes.</typeparam>
    /// <param name="client">Where to.</param>
    /// <param name="payload">The input.</param>
    /// <param name="with">Changes the task before it is submitted.</param>
    /// <param name="unique">By what it is unique: <c>new Unique()</c> by its payload; null: by nothing.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <returns>How it went; the task's id.</returns>
    /// <exception cref="LongshoreException">invalid_input, unavailable.</exception>
    public static async Task<SubmittedTask> EnqueueAsync<THandler, TPayload>(
        this ILongshoreClient client,
        TPayload payload,
        Func<NewTask, NewTask>? with = null,
        Unique? unique = null,
        CancellationToken ct = default)
        where THandler : TaskHandler<TPayload>
    {
        ArgumentNullException.ThrowIfNull(client);
        var task = TaskFor<THandler, TPayload>(payload, t => with?.Invoke(t with { Unique = unique })
            ?? t with { Unique = unique });
        var answers = await client.SubmitAsync([task], ct).ConfigureAwait(false);
        return answers[0];
    }

    /// <summary>Begins a batch of tasks for typed handlers.</summary>
    /// <param name="client">Where to.</param>
    /// <param name="code">Unique in the namespace: submitting the same under it again goes on with the first.</param>
    /// <param name="namespace">Of the batch and its tasks.</param>
    public static BatchBuilder NewBatch(
        this ILongshoreClient client, string? code = null, string @namespace = "default")
    {
        ArgumentNullException.ThrowIfNull(client);
        return new BatchBuilder(client, new NewBatch { Code = code, Namespace = @namespace });
    }

    /// <summary>A task for a handler.</summary>
    /// <param name="payload">The input.</param>
    /// <param name="with">Changes the task.</param>
    /// <param name="asRead">What the handler will be given instead, to be validated.</param>
    internal static NewTask TaskFor<THandler, TPayload>(
        TPayload payload, Func<NewTask, NewTask>? with, Func<JsonText, JsonText>? asRead = null)
        where THandler : TaskHandler<TPayload>
    {
        var kind = HandlerDescriptor.KindOf(typeof(THandler));
        var json = JsonText.From(payload, PayloadJson.Options);
        try
        {
            PayloadReader<TPayload>.Read(asRead?.Invoke(json) ?? json);
        }
        catch (InvalidPayloadException e)
        {
            throw new LongshoreException(ErrorCode.InvalidInput, $"payload: {e.Message}", "payload", e);
        }

        var task = new NewTask { Kind = kind.Name, Payload = json };
        return (with?.Invoke(task) ?? task).WithPayloadVersion(kind.Version);
    }
}
