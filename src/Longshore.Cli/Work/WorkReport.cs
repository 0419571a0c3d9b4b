using System.Globalization;
using Longshore.Cli.Shell;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Work;

/// <summary>Tells how tasks went: a line for each, or only sums at the end when JSON is wanted.</summary>
internal sealed class WorkReport(bool json)
{
    // Guards the sums; programs end at the same time.
    private readonly Lock _lock = new();
    private int _completed;
    private int _failed;
    private int _snoozed;
    private int _released;
    private int _lost;

    public void Finished(WorkTask task, Finish finish, FinishOutcome outcome, TimeSpan took)
    {
        lock (_lock)
        {
            _ = finish.Kind switch
            {
                FinishKind.Complete => _completed++,
                FinishKind.Fail => _failed++,
                FinishKind.Snooze => _snoozed++,
                _ => _released++,
            };
            var again = outcome.ReadyAtUs == 0 || outcome.State.IsTerminal()
                ? ""
                : $", again at {Output.Instant(UnixTime.FromMicroseconds(outcome.ReadyAtUs))}";
            Say(string.Create(CultureInfo.InvariantCulture, $"{task.Code} {task.Spec.Kind} {finish.Kind switch
            {
                FinishKind.Complete => "done",
                FinishKind.Fail =>
                    $"failed (attempt {task.Attempts} of {task.Spec.MaxAttempts}{again}): {finish.Error}",
                FinishKind.Snooze => $"snoozed{again}",
                _ => "given back",
            }} [{took.TotalSeconds:0.00} s]"));
        }
    }

    public void Lost(WorkTask task, string why)
    {
        lock (_lock)
        {
            _lost++;
            Say($"{task.Code} {task.Spec.Kind} lost: {why}");
        }
    }

    public void Summarise(string agent)
    {
        if (json)
        {
            Output.Json(new
            {
                agent,
                completed = _completed,
                failed = _failed,
                snoozed = _snoozed,
                released = _released,
                lost = _lost,
            });
        }
        else
        {
            Output.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{agent}: {_completed} done, {_failed} failed, {_snoozed} snoozed, {_released} given back, "
                + $"{_lost} lost"));
        }
    }

    private void Say(string line)
    {
        if (!json)
        {
            Output.Line(line.ReplaceLineEndings(" "));
        }
    }
}
