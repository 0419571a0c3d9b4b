using System.Text.Json;
using System.Text.Json.Serialization;
using Longshore.Capabilities;
using Longshore.Tasks;

namespace Longshore.Storage;

/// <summary>
/// What a task asks for, step by step, as a store keeps it beside the task's body: the class of the body is that of the
/// step in force. Equal text means equal steps.
/// </summary>
internal static class RelaxJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The steps of a task that has some.</summary>
    public static string Write(NewTask task) => JsonSerializer.Serialize(
        new Stored(
            Words(task.Requires), task.MinimumMatch, task.Prefer, task.PreferFor?.ToMicroseconds(),
            [.. task.Relax.Select(s => new StoredStep(s.After.ToMicroseconds(), Words(s.Requires), s.MinimumMatch))]),
        Options);

    /// <summary>The task as it was submitted, given a body of whatever class, and what was written.</summary>
    public static NewTask Restore(NewTask body, string json)
    {
        var stored = JsonSerializer.Deserialize<Stored>(json, Options)!;
        return body with
        {
            Requires = Requirements(stored.Requires),
            MinimumMatch = stored.MinimumMatch,
            Owner = stored.Prefer is null ? body.Owner : null,
            Prefer = stored.Prefer,
            PreferFor = stored.PreferForUs is { } us ? TimeSpan.FromMicroseconds(us) : null,
            Relax =
            [
                .. stored.Steps.Select(s => new RelaxStep(
                    TimeSpan.FromMicroseconds(s.AfterUs), Requirements(s.Requires))
                {
                    MinimumMatch = s.MinimumMatch,
                }),
            ],
        };
    }

    /// <summary>Skipped steps as bits.</summary>
    public static int MaskOf(IReadOnlyList<int> skipped) => skipped.Aggregate(0, (mask, step) => mask | (1 << step));

    /// <summary>The steps of a mask, ascending.</summary>
    public static IReadOnlyList<int> SkippedOf(int mask) =>
        [.. Enumerable.Range(0, 32).Where(step => (mask & (1 << step)) != 0)];

    private static string[] Words(IReadOnlyList<Requirement> requires) => [.. requires.Select(r => r.ToString())];

    private static Requirement[] Requirements(string[] words) => [.. words.Select(text => Requirement.Parse(text))];

    private sealed record Stored(
        string[] Requires, double MinimumMatch, string? Prefer, long? PreferForUs, StoredStep[] Steps);

    private sealed record StoredStep(long AfterUs, string[] Requires, double? MinimumMatch);
}
