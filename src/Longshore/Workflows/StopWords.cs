namespace Longshore.Workflows;

/// <summary>Why tasks of a run were called off, for people.</summary>
internal static class StopWords
{
    public const string RunCancelled = "its run was cancelled";
    public const string NothingLed = "skipped: everything it depends on was skipped";
    public const string AnswersEnough = "the answers given are enough";
    public const string NotAllDone = "not everything in its batch was done";
    public const string NothingToMakeUpFor = "skipped: there is nothing to make up for";

    public static string StepFailed(string step) => $"step {step} of its run failed";

    public static string ConditionFailed(StepCondition when) =>
        $"skipped: its condition on step {when.Step} does not hold";
}
