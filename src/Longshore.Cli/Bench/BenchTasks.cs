using System.Globalization;
using System.Text;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Tasks;
using Longshore.Workflows;

namespace Longshore.Cli.Bench;

/// <summary>
/// The tasks of every workload but discover: twenty kinds, ten sets of required capabilities each, so 200 task classes;
/// payloads of 300 bytes; everything else by default.
/// </summary>
internal static class BenchTasks
{
    /// <summary>Tasks in one submission where tasks are submitted in bulk.</summary>
    public const int BatchSize = 1000;

    public const int Classes = NoOpHandler.KindCount * RequirementSets;

    private const int RequirementSets = 10;
    private const int PayloadBytes = 300;

    private static readonly NewTask[] ByClass = [.. Enumerable.Range(0, Classes).Select(OfClass)];

    /// <summary>What the agent needs to do them all.</summary>
    public static string[] Capabilities { get; } = [.. Enumerable.Range(0, RequirementSets).Select(Capability)];

    public static ReadOnlySpan<byte> Payload => ByClass[0].Payload.Utf8;

    public static NewTask Get(int index) => ByClass[index % Classes];

    /// <summary>Submits tasks in batches of <see cref="BatchSize"/>.</summary>
    public static async Task SubmitAsync(
        ILongshoreClient client, int tasks, CancellationToken ct, bool unique = false)
    {
        Func<int, NewTask> get = unique ? GetUnique : Get;
        for (var first = 0; first < tasks; first += BatchSize)
        {
            var count = Math.Min(BatchSize, tasks - first);
            await client.SubmitAsync([.. Enumerable.Range(first, count).Select(get)], ct).ConfigureAwait(false);
        }
    }

    /// <summary>Submits tasks as one batch; the last of them is its callback.</summary>
    public static Task SubmitBatchAsync(ILongshoreClient client, int tasks, CancellationToken ct) =>
        client.SubmitBatchAsync(
            new NewBatch { OnEnd = Get(tasks - 1) }, Enumerable.Range(0, tasks - 1).Select(Get), ct);

    private static NewTask GetUnique(int index) => Get(index) with
    {
        Unique = new Unique { Key = string.Create(CultureInfo.InvariantCulture, $"key-{index}") },
    };

    private static NewTask OfClass(int index)
    {
        var frame = Encoding.UTF8.GetByteCount("{\"text\":\"\"}");
        var payload = JsonText.Parse($"{{\"text\":\"{new string('x', PayloadBytes - frame)}\"}}");
        return new NewTask
        {
            Kind = NoOpHandler.Kind(index % NoOpHandler.KindCount),
            Payload = payload,
            Requires = [new Requirement(Capability(index / NoOpHandler.KindCount))],
        };
    }

    private static string Capability(int index) => string.Create(CultureInfo.InvariantCulture, $"skill-{index}");
}
