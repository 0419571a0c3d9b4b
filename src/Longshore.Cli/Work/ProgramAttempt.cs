using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Telemetry;

namespace Longshore.Cli.Work;

/// <summary>One task in this agent's hands: runs the program, keeps the claim alive, and says how it went.</summary>
internal sealed class ProgramAttempt(
    ILongshoreClient client, WorkPlan plan, WorkReport report, TimeProvider clock, Grant grant)
{
    /// <summary>By the custom of sysexits.h: a temporary failure, try again later.</summary>
    private const int NotNow = 75;

    // A program that an interrupt of the terminal reached together with this one; shells count 128 + the signal.
    private static readonly int[] Interrupted = [130, 143];

    private static readonly TimeSpan SnoozeFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(0.5);

    private Activity? _span;

    private WorkTask Work => grant.Task;

    /// <param name="stopping">The agent takes no more work; the program may finish.</param>
    /// <param name="kill">The agent ends now.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken kill)
    {
        var started = clock.GetTimestamp();
        _span = Spans.StartRun(Work, plan.Name);
        using var lost = new CancellationTokenSource();
        using var late = Work.Spec.Timeout is { } limit
            ? new CancellationTokenSource(limit, clock)
            : new CancellationTokenSource();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, late.Token, kill);
        using var ended = new CancellationTokenSource();
        var renewing = RenewAsync(lost, ended.Token);
        try
        {
            var end = await ProgramRun.RunAsync(plan.Program, Variables(), Work.Spec.Payload, clock, over.Token)
                .ConfigureAwait(false);
            if (lost.IsCancellationRequested)
            {
                Spans.End(_span, "lost", "the claim was lost");
                return;
            }

            var isStopped = kill.IsCancellationRequested
                || (stopping.IsCancellationRequested && Interrupted.Contains(end.ExitCode));
            var finish = isStopped ? Release() : late.IsCancellationRequested ? TimedOut() : Judge(end);
            Spans.End(_span, Words.Snake(finish.Kind), finish.Kind == FinishKind.Fail ? finish.Error : null);
            await FinishAsync(finish, clock.GetElapsedTime(started), kill).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await renewing.ConfigureAwait(false);
            _span?.Dispose();
        }
    }

    private Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LONGSHORE_TASK_ID"] = Work.Id.ToString(CultureInfo.InvariantCulture),
            ["LONGSHORE_TASK_CODE"] = Work.Code,
            ["LONGSHORE_TASK_KIND"] = Work.Spec.Kind,
            ["LONGSHORE_TASK_NAMESPACE"] = Work.Spec.Namespace,
            ["LONGSHORE_TASK_EPOCH"] = grant.Epoch.ToString(CultureInfo.InvariantCulture),
            ["LONGSHORE_TASK_ATTEMPT"] = Work.Attempts.ToString(CultureInfo.InvariantCulture),
        };
        // The custom of programs that trace: theirs belongs to this run, or to the submission when runs are not traced.
        var present = _span is null ? TraceContext.Of(Work.Spec) : TraceContext.Present();
        if (present is { } context)
        {
            variables["TRACEPARENT"] = context.TraceParent;
            variables["TRACESTATE"] = context.TraceState ?? "";
        }

        return variables;
    }

    private async Task RenewAsync(CancellationTokenSource lost, CancellationToken ended)
    {
        while (true)
        {
            await Task.Delay(plan.Lease / 3, clock, ended)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await client.RenewAsync(new Renewal(grant.TaskId, grant.Epoch, plan.Lease), ended)
                    .ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException || ProgramAgent.Passes(e))
            {
                // Asked again at the next turn; while nobody answers, nobody gives the task to anyone else.
            }
            catch (LongshoreException e)
            {
                report.Lost(Work, e.Message);
                await lost.CancelAsync().ConfigureAwait(false);
                return;
            }
        }
    }

    private Finish Judge(ProgramEnd end)
    {
        if (end.ExitCode == NotNow)
        {
            return Of(FinishKind.Snooze) with { Delay = SnoozeFor };
        }

        if (end.ExitCode != 0)
        {
            var code = string.Create(CultureInfo.InvariantCulture, $"exit code {end.ExitCode}");
            return Fail(end.ErrorTail.Length == 0 ? code : $"{code}: {end.ErrorTail}");
        }

        try
        {
            return end.IsOutputCut
                ? Fail($"wrote more than {Limits.PayloadBytesMax} bytes to stdout, the most a result may have")
                : Of(FinishKind.Complete) with { Result = Result(end.Output) };
        }
        catch (LongshoreException e)
        {
            return Fail(e.Message);
        }
    }

    /// <summary>The output as the JSON document it is, else as a JSON string; none when there is nothing.</summary>
    private static JsonText Result(ReadOnlyMemory<byte> output)
    {
        var text = Encoding.UTF8.GetString(output.Span).Trim();
        if (text.Length == 0)
        {
            return default;
        }

        try
        {
            return JsonText.Parse(text, "result");
        }
        catch (LongshoreException)
        {
            return JsonText.Parse(JsonSerializer.Serialize(text), "result");
        }
    }

    private Finish TimedOut() => Fail(string.Create(
        CultureInfo.InvariantCulture, $"timed out after {Work.Spec.Timeout!.Value.TotalSeconds:0.###} s"));

    private Finish Release() => Of(FinishKind.Release) with { Error = "the agent was stopped" };

    private Finish Fail(string error) => Of(FinishKind.Fail) with
    {
        Error = error.Length <= Limits.ErrorLengthMax ? error : error[..Limits.ErrorLengthMax],
    };

    private Finish Of(FinishKind kind) => new() { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = kind };

    private async Task FinishAsync(Finish finish, TimeSpan took, CancellationToken kill)
    {
        while (true)
        {
            try
            {
                var outcome = await client.FinishAsync(finish, CancellationToken.None).ConfigureAwait(false);
                report.Finished(Work, finish, outcome, took);
                return;
            }
            catch (Exception e) when (ProgramAgent.Passes(e) && !kill.IsCancellationRequested)
            {
                // The work is done: the answer is kept until the server takes it. Saying it twice is harmless.
                await Task.Delay(TryAgainAfter, clock, kill).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is HttpRequestException or LongshoreException)
            {
                report.Lost(Work, e.Message);
                return;
            }
        }
    }
}
