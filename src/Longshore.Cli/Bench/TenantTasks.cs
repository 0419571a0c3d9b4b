using System.Globalization;
using Longshore.Client;
using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Cli.Bench;

/// <summary>The tasks of <see cref="BenchTasks"/> in ten namespaces in turn, with shares of 1 to 10 or none.</summary>
internal static class TenantTasks
{
    public static string[] Namespaces { get; } =
        [.. Enumerable.Range(1, 10).Select(share => string.Create(CultureInfo.InvariantCulture, $"tenant-{share}"))];

    public static async Task SubmitAsync(ILongshoreClient client, int tasks, bool shared, CancellationToken ct)
    {
        for (var i = 0; shared && i < Namespaces.Length; i++)
        {
            await client.SetRulesAsync(Namespaces[i], new NamespaceRules { Share = i + 1 }, ct: ct)
                .ConfigureAwait(false);
        }

        for (var first = 0; first < tasks; first += BenchTasks.BatchSize)
        {
            var count = Math.Min(BenchTasks.BatchSize, tasks - first);
            await client.SubmitAsync([.. Enumerable.Range(first, count).Select(Get)], ct).ConfigureAwait(false);
        }
    }

    // Of its own two hundred classes each namespace has twenty, so there are as many as otherwise.
    private static NewTask Get(int index) =>
        BenchTasks.Get(index) with { Namespace = Namespaces[index % BenchTasks.Classes % Namespaces.Length] };
}
