using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>The boundary for batches: checks one, and makes the run of it.</summary>
internal static class BatchPlanner
{
    /// <summary>The run to store.</summary>
    /// <exception cref="LongshoreException">invalid_input: what is wrong, where, and what would be right.</exception>
    public static NewRun Plan(NewBatch batch, string code, DateTimeOffset now)
    {
        TaskValidation.Word(batch.Namespace, "namespace");
        TaskValidation.Text(batch.Description, Limits.DescriptionLengthMax, "description");
        TaskValidation.OptionalWord(batch.CorrelationId, "correlation_id");
        WorkflowValidation.Name(code, "code");
        TaskValidation.Text(code, Limits.RunCodeLengthMax, "code");
        if (batch.Tasks is not { Count: > 0 } && !batch.IsOpen)
        {
            throw LongshoreException.Invalid("tasks", "is empty; give some, or leave the batch open for more");
        }

        var members = Members(batch.Namespace, batch.CorrelationId, batch.Tasks, now);
        var end = Callback(batch, batch.OnEnd, now, "on_end.");
        var done = Callback(batch, batch.OnDone, now, "on_done.");
        var terms = new BatchTerms
        {
            Description = batch.Description,
            OnEnd = end?.Payload,
            OnDone = done?.Payload,
            Digest = Digest([end, done, .. members]),
        };
        List<NewStep> steps = [];
        if (end is not null)
        {
            steps.Add(new NewStep(BatchAdvance.OnEnd, end, StepRole.End, []));
        }

        if (done is not null)
        {
            steps.Add(new NewStep(BatchAdvance.OnDone, done, StepRole.End, []));
        }

        return new NewRun
        {
            Code = code,
            Namespace = batch.Namespace,
            Workflow = "",
            Version = 0,
            Input = terms.Write(),
            OnFailure = FailurePolicy.CarryOn,
            CorrelationId = batch.CorrelationId,
            Steps = steps,
            Members = members,
            Batch = batch.IsOpen ? BatchStage.Open : BatchStage.Closed,
        };
    }

    /// <summary>Tasks of a batch, checked.</summary>
    public static IReadOnlyList<NewTask> Members(
        string @namespace, string? correlationId, IReadOnlyList<NewTask> tasks, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        TaskValidation.Range(tasks.Count, 0, Limits.BatchMax, "tasks.length");
        var members = new NewTask[tasks.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"tasks[{i}].");
            var member = Own(@namespace, tasks[i], now, at);
            members[i] = member with { CorrelationId = member.CorrelationId ?? correlationId };
        }

        return members;
    }

    private static NewTask? Callback(NewBatch batch, NewTask? task, DateTimeOffset now, string at)
    {
        if (task is null)
        {
            return null;
        }

        Forbid(task.ReadyAt is not null, at + "ready_at", "it is enqueued when the batch ends");
        Forbid(task.Deadline is not null, at + "deadline", "it would run out while the batch goes on");
        var own = Own(batch.Namespace, task, now, at);
        own = own with { CorrelationId = own.CorrelationId ?? batch.CorrelationId };
        if (own.Payload.IsNone)
        {
            return own with { Payload = JsonText.EmptyObject };
        }

        using var payload = JsonDocument.Parse(own.Payload.Memory);
        if (payload.RootElement.ValueKind != JsonValueKind.Object
            || (payload.RootElement.TryGetProperty("batch"u8, out var batchGiven)
                && batchGiven.ValueKind != JsonValueKind.Null))
        {
            throw LongshoreException.Invalid(
                at + "payload", "must be an object without 'batch', which is filled when the batch ends");
        }

        return own;
    }

    private static NewTask Own(string @namespace, NewTask task, DateTimeOffset now, string at)
    {
        ArgumentNullException.ThrowIfNull(task);
        const string once = "give the batch a code: starting it again under that changes nothing";
        Forbid(task.Code is not null, at + "code", once);
        Forbid(task.IdempotencyKey is not null, at + "idempotency_key", once);
        Forbid(task.Unique is not null, at + "unique", "the tasks of a batch are its own");
        Forbid(task.ParentId is not null, at + "parent_id", "a task of a batch belongs to the batch");
        Forbid(task.Workflow is not null, at + "workflow", "a batch is no workflow");
        Forbid(task.WorkflowCursor is not null, at + "workflow_cursor", "a batch is no workflow");
        if (task.Namespace != @namespace && task.Namespace != "default")
        {
            throw LongshoreException.Invalid(
                at + "namespace", $"is '{task.Namespace}', the batch's '{@namespace}'; leave it out");
        }

        return TaskValidation.Checked(task with { Namespace = @namespace }, now, at);
    }

    private static byte[] Digest(IEnumerable<NewTask?> tasks)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var task in tasks)
        {
            hash.AppendData(task is null ? [0] : TaskDigest.Of(task));
        }

        return hash.GetHashAndReset();
    }

    private static void Forbid(bool isThere, string field, string why)
    {
        if (isThere)
        {
            throw LongshoreException.Invalid(field, "cannot be given: " + why);
        }
    }
}
