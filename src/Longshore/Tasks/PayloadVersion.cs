using System.Globalization;

namespace Longshore.Tasks;

/// <summary>
/// Which form of its kind's payload a task carries. It stands in the task's metadata, so that every program can say it
/// and a task of the first form says nothing.
/// </summary>
public static class PayloadVersion
{
    /// <summary>Its name in <see cref="NewTask.Metadata"/>; the value is a whole number from 1.</summary>
    public const string Key = "payload_version";

    /// <summary>The form of kinds that never changed.</summary>
    public const int First = 1;

    /// <summary>The highest version, beyond what anybody changes in earnest.</summary>
    public const int Max = 1_000_000;

    /// <summary>The version of a task's payload; 1 when it says none.</summary>
    public static int Of(NewTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Metadata.TryGetValue(Key, out var text) && TryParse(text) is { } version ? version : First;
    }

    /// <summary>The task, saying that its payload has this version, unless it says a version already.</summary>
    /// <exception cref="LongshoreException">invalid_input: out of range.</exception>
    public static NewTask WithPayloadVersion(this NewTask task, int version)
    {
        ArgumentNullException.ThrowIfNull(task);
        TaskValidation.Range(version, First, Max, Key);
        return version == First || task.Metadata.ContainsKey(Key)
            ? task
            : task with
            {
                Metadata = new Dictionary<string, string>(task.Metadata, StringComparer.Ordinal)
                {
                    [Key] = version.ToString(CultureInfo.InvariantCulture),
                },
            };
    }

    internal static void Check(IReadOnlyDictionary<string, string> metadata, string field)
    {
        if (metadata.TryGetValue(Key, out var text) && TryParse(text) is null)
        {
            throw LongshoreException.Invalid(
                $"{field}.{Key}", $"must be a whole number from {First} to {Max}; use another name for anything else");
        }
    }

    private static int? TryParse(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && version is >= First and <= Max
                ? version
                : null;
}
