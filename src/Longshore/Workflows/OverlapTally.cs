using System.Text.Json;
using Longshore.Routing.Overlap;
using Longshore.Tasks;

namespace Longshore.Workflows;

/// <summary>Asks several agents the same, and one more until they agree (S1.67).</summary>
internal sealed class OverlapTally(IRunLedger ledger, Queue<(long TaskId, StepOutcome Outcome)> ended)
{
    /// <summary>Asks for the first answers.</summary>
    public void Begin(RunStep step)
    {
        var first = AnswersOf(step).Take(step.Terms.Overlap!.Answers).ToList();
        foreach (var answer in first.Where(IsLeft))
        {
            ledger.Proceed(answer.TaskId);
        }

        ledger.Put(step = step with { Asked = first.Count });
        if (first.TrueForAll(answer => answer.Outcome != StepOutcome.None))
        {
            // The run was begun anew, and everybody had answered before.
            Answered(step);
        }
    }

    /// <summary>An answer came, or will not come.</summary>
    public void Answered(RunStep step)
    {
        if (step.Outcome != StepOutcome.None || step.Asked == 0
            || ledger.TaskOf(step.TaskId).State != TaskState.Waiting)
        {
            return;
        }

        var overlap = step.Terms.Overlap!;
        var answers = AnswersOf(step).ToList();
        var given = answers.Where(a => a.Outcome == StepOutcome.Done).Select(a => ledger.TaskOf(a.TaskId)).ToList();
        var rule = new AgreementRule
        {
            Vote = overlap.IsWeighted ? Vote.Quality : Vote.Majority,
            Least = overlap.Answers,
            Most = overlap.AskedAtMost,
            Enough = overlap.Enough,
            Choices = overlap.Choices,
        };
        var values = given.ConvertAll(a => ResultPath.ValueAt(a.Result, overlap.Path));
        var agreement = rule.Judge(
            [.. given.Zip(values, (a, value) => new Answer(ResultPath.Canonical(value), a.Quality))]);
        var leading = values.Find(value => ResultPath.Canonical(value) == agreement.Value);
        var outstanding = answers.Take(step.Asked).Count(a => a.Outcome == StepOutcome.None);
        if (agreement.Status == AgreementStatus.Agreed)
        {
            Conclude(step, Result(given, leading, agreement.Confidence, hasAgreed: true));
        }
        else if (outstanding == 0 && answers.FindIndex(step.Asked, IsLeft) is >= 0 and var next)
        {
            ledger.Proceed(answers[next].TaskId);
            ledger.Put(step with { Asked = next + 1 });
        }
        else if (outstanding == 0 && given.Count > 0)
        {
            Conclude(step, Result(given, leading, agreement.Confidence, hasAgreed: false));
        }
        else if (outstanding == 0)
        {
            ledger.Cancel(step.TaskId, "nobody gave an answer");
            ended.Enqueue((step.TaskId, StepOutcome.Failed));
        }
    }

    private void Conclude(RunStep step, JsonText result)
    {
        ledger.Conclude(step.TaskId, result);
        ended.Enqueue((step.TaskId, StepOutcome.Done));
    }

    /// <summary>It can still be asked for; somebody may have called it off.</summary>
    private bool IsLeft(RunStep answer) => answer.Outcome == StepOutcome.None
        && ledger.TaskOf(answer.TaskId).State == TaskState.Waiting;

    private IEnumerable<RunStep> AnswersOf(RunStep step) =>
        ledger.StepsOf(step.RunId).Where(s => s.Role == StepRole.Answer && s.Of == step.TaskId);

    private static JsonText Result(List<StepTask> given, JsonText leading, double confidence, bool hasAgreed)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteBoolean("agreed", hasAgreed);
            json.WritePropertyName("answer");
            WriteOrNull(json, leading);
            json.WriteNumber("confidence", confidence);
            json.WriteStartArray("answers");
            foreach (var answer in given)
            {
                json.WriteStartObject();
                json.WriteString("agent", answer.Agent);
                json.WritePropertyName("result");
                WriteOrNull(json, answer.Result);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return JsonText.Trusted(text.ToArray());
    }

    private static void WriteOrNull(Utf8JsonWriter json, JsonText value)
    {
        if (value.IsNone)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(value.Utf8, skipInputValidation: true);
        }
    }
}
