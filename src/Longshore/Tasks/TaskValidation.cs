using System.Diagnostics;
using System.Globalization;
using Longshore.Capabilities;

namespace Longshore.Tasks;

/// <summary>
/// The boundary: what passes here is safe for every store. Refusals say what is wrong, where, and what would be
/// right.
/// </summary>
public static class TaskValidation
{
    /// <summary>Checks a task and brings its parts to canonical form.</summary>
    /// <param name="task">As submitted.</param>
    /// <param name="now">The present instant; a deadline must be later.</param>
    /// <param name="at">Prefix of field names in messages, such as <c>tasks[3].</c></param>
    /// <exception cref="LongshoreException"><see cref="ErrorCode.InvalidInput"/>.</exception>
    public static NewTask Checked(NewTask task, DateTimeOffset now, string at = "")
    {
        ArgumentNullException.ThrowIfNull(task);
        Word(task.Kind, at + "kind");
        Word(task.Namespace, at + "namespace");
        CheckCode(task.Code, at + "code");
        Text(task.Name, Limits.NameLengthMax, at + "name");
        Text(task.Description, Limits.DescriptionLengthMax, at + "description");
        Unit(task.ConfidenceThreshold, at + "confidence_threshold");
        if (!(task.MinimumMatch is > 0 and <= 1))
        {
            throw LongshoreException.Invalid(
                at + "minimum_match", $"must be greater than 0 and at most 1, not {Show(task.MinimumMatch)}");
        }

        Range(task.Priority, 0, Limits.PriorityMax, at + "priority");
        Range(task.MaxAttempts, 1, Limits.AttemptsMax, at + "max_attempts");
        Duration(task.Timeout, at + "timeout_seconds");
        Duration(task.EstimatedEffort, at + "estimated_effort_seconds");
        CheckRetry(task.Retry, at + "retry");
        CheckTimes(task, now, at);
        if (task.Owner is { } owner)
        {
            AgentNames.Check(owner, at + "owner");
        }

        if (!Enum.IsDefined(task.Match))
        {
            throw LongshoreException.Invalid(at + "match", "is none of tiered, strict, flexible");
        }

        CheckWords(task, at);
        CheckTags(task.Tags, at + "tags");
        Metadata(task.Metadata, at + "metadata");
        CheckTrace(task.Metadata, at + "metadata");
        PayloadVersion.Check(task.Metadata, at + "metadata");
        var requires = Requirement.Canonical(task.Requires, at + "requires");
        if (requires.Count > Limits.RequirementsMax)
        {
            throw LongshoreException.Invalid(
                at + "requires", $"lists {requires.Count} capabilities; at most {Limits.RequirementsMax} are allowed");
        }

        var canonical = task with
        {
            Requires = requires,
            Payload = task.Payload.IsNone ? JsonText.EmptyObject : task.Payload,
        };
        canonical = canonical with
        {
            Relax = RelaxValidation.Checked(canonical, at),
            Unique = Unique.Checked(task.Unique, at),
        };
        return canonical.Unique is null
            ? canonical
            : canonical with { UniqueDigest = UniqueDigest.Compute(canonical) };
    }

    private static void CheckWords(NewTask task, string at)
    {
        OptionalWord(task.Group, at + "group");
        OptionalWord(task.Step, at + "step");
        OptionalWord(task.Workflow, at + "workflow");
        OptionalWord(task.WorkflowCursor, at + "workflow_cursor");
        OptionalWord(task.CorrelationId, at + "correlation_id");
        OptionalWord(task.IdempotencyKey, at + "idempotency_key");
        OptionalWord(task.LimitKey, at + "limit_key");
    }

    /// <summary>A required short word: not blank, no control characters, not too long.</summary>
    public static void Word(string? value, string field)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            throw LongshoreException.Invalid(field, "is required and cannot be blank");
        }

        OptionalWord(value, field);
    }

    /// <summary>A short word that may be missing.</summary>
    public static void OptionalWord(string? value, string field)
    {
        Text(value, Limits.WordLengthMax, field);
        if (value is not null && (value.Length == 0 || value.AsSpan().ContainsAnyInRange('\0', '\u001f')))
        {
            throw LongshoreException.Invalid(field, "cannot be empty or contain control characters");
        }
    }

    /// <summary>Text that may be missing but not longer than <paramref name="lengthMax"/>.</summary>
    public static void Text(string? value, int lengthMax, string field)
    {
        if (value?.Length > lengthMax)
        {
            throw LongshoreException.Invalid(field, $"has {value.Length} characters; at most {lengthMax} are allowed");
        }

        if (value?.Contains('\0', StringComparison.Ordinal) == true)
        {
            throw LongshoreException.Invalid(field, "cannot contain the NUL character");
        }
    }

    /// <summary>A whole number in a range.</summary>
    public static void Range(int value, int min, int max, string field)
    {
        if (value < min || value > max)
        {
            throw LongshoreException.Invalid(field, $"must be from {min} to {max}, not {value}");
        }
    }

    /// <summary>A number from 0 to 1; NaN is refused.</summary>
    public static void Unit(double value, string field)
    {
        if (!(value is >= 0 and <= 1))
        {
            throw LongshoreException.Invalid(field, $"must be from 0 to 1, not {Show(value)}");
        }
    }

    /// <summary>A positive duration not longer than <see cref="Limits.DurationMax"/>.</summary>
    public static void Duration(TimeSpan? value, string field)
    {
        if (value is { } duration && (duration <= TimeSpan.Zero || duration > Limits.DurationMax))
        {
            throw LongshoreException.Invalid(
                field,
                $"must be longer than 0 and at most {Limits.DurationMax.TotalDays:0} days, "
                + $"not {duration.TotalSeconds} seconds");
        }
    }

    /// <summary>Name-value pairs within their limits.</summary>
    public static void Metadata(IReadOnlyDictionary<string, string> pairs, string field)
    {
        if (pairs.Count > Limits.MetadataMax)
        {
            throw LongshoreException.Invalid(
                field, $"has {pairs.Count} entries; at most {Limits.MetadataMax} are allowed");
        }

        foreach (var (name, value) in pairs)
        {
            Word(name, field);
            var at = $"{field}.{name}";
            Text(value ?? throw LongshoreException.Invalid(at, "cannot be null"), Limits.MetadataValueLengthMax, at);
        }
    }

    private static void CheckTrace(IReadOnlyDictionary<string, string> metadata, string field)
    {
        if (metadata.TryGetValue("traceparent", out var parent) && !ActivityContext.TryParse(parent, null, out _))
        {
            throw LongshoreException.Invalid(
                field + ".traceparent",
                "is no W3C trace context such as 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01; "
                + "use another name for anything else");
        }
    }

    private static void CheckCode(string? code, string field)
    {
        OptionalWord(code, field);
        if (code is not null && WorkTask.IdFromAutoCode(code) is not null)
        {
            throw LongshoreException.Invalid(
                field, "codes of the form t-NUMBER are given by Longshore; choose another");
        }
    }

    private static void CheckRetry(RetryPolicy retry, string field)
    {
        Duration(retry.Delay, field + ".delay_seconds");
        Duration(retry.Cap, field + ".cap_seconds");
        if (retry.Cap < retry.Delay)
        {
            throw LongshoreException.Invalid(field + ".cap_seconds", "must not be shorter than the delay");
        }
    }

    private static void CheckTimes(NewTask task, DateTimeOffset now, string at)
    {
        if (task.ReadyAt > now + Limits.DurationMax)
        {
            throw LongshoreException.Invalid(
                at + "ready_at", $"is more than {Limits.DurationMax.TotalDays:0} days ahead");
        }

        if (task.Deadline <= now)
        {
            throw LongshoreException.Invalid(at + "deadline", "has passed already");
        }

        if (task.Deadline <= task.ReadyAt)
        {
            throw LongshoreException.Invalid(at + "deadline", "must be later than ready_at");
        }
    }

    private static void CheckTags(IReadOnlyList<string> tags, string field)
    {
        if (tags.Count > Limits.TagsMax)
        {
            throw LongshoreException.Invalid(field, $"lists {tags.Count} tags; at most {Limits.TagsMax} are allowed");
        }

        for (var i = 0; i < tags.Count; i++)
        {
            Word(tags[i], string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]"));
        }
    }

    private static string Show(double value) => value.ToString(CultureInfo.InvariantCulture);
}
