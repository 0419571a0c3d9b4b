using System.Globalization;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Bench;

/// <summary>
/// The tasks of <see cref="BenchTasks"/>, each of them a step of an item of its own and rejected once by somebody: so
/// every claim of one looks at who did the item's other steps and from whom it is kept.
/// </summary>
internal static class GuardedTasks
{
    private const string Decliner = "bench-decliner";

    public static async Task SubmitAsync(ILongshoreClient client, int tasks, CancellationToken ct)
    {
        await client.RegisterAsync(
            new AgentRegistration
            {
                Name = Decliner,
                MaxConcurrent = BenchTasks.BatchSize,
                Capabilities = [.. BenchTasks.Capabilities.Select(name => Capability.Parse(name))],
            },
            ct).ConfigureAwait(false);
        for (var first = 0; first < tasks; first += BenchTasks.BatchSize)
        {
            var count = Math.Min(BenchTasks.BatchSize, tasks - first);
            await client.SubmitAsync([.. Enumerable.Range(first, count).Select(Get)], ct).ConfigureAwait(false);
            var claimed = await client.ClaimAsync(
                new ClaimRequest { Agent = Decliner, Max = count }, default, ct).ConfigureAwait(false);
            await Task.WhenAll(claimed.Select(grant => client.FinishAsync(
                new Finish
                {
                    TaskId = grant.TaskId,
                    Epoch = grant.Epoch,
                    Kind = FinishKind.Reject,
                    Reason = RejectReason.ScheduleConflict,
                },
                ct))).ConfigureAwait(false);
        }

        await client.DeregisterAsync(Decliner, ct).ConfigureAwait(false);
    }

    private static NewTask Get(int index) => BenchTasks.Get(index) with
    {
        Group = string.Create(CultureInfo.InvariantCulture, $"item-{index}"),
        Step = "work",
    };
}
