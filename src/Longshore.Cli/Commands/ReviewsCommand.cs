using System.CommandLine;
using System.Globalization;
using Longshore.Assignments;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore reviews</c>: results that wait for a review, and what was said of others.</summary>
internal static class ReviewsCommand
{
    private static readonly Option<bool> Waiting = new("--waiting") { Description = "Only what nobody has reviewed." };
    private static readonly Option<bool> Done = new("--done") { Description = "Only what somebody has reviewed." };
    private static readonly Option<string?> For = Options.Word(
        "--for", "Only what this reviewer may review and has not yet.", "NAME");
    private static readonly Option<string?> By = Options.Word("--by", "Only what this reviewer has reviewed.", "NAME");
    private static readonly Option<string?> Agent = Options.Word("--agent", "Only this agent's work.", "NAME");
    private static readonly Option<int?> Task = Options.Whole("--task", "Only of the task with this id.");
    private static readonly Option<string?> Namespace = Options.Word("--namespace", "Only of this namespace.", "NAME");
    private static readonly Option<string?> Kind = Options.Word("--kind", "Only of this kind.", "KIND");
    private static readonly Option<int?> Limit = Options.Whole(
        "--limit", "At most so many, 1 to 1000; 50 if not given.");
    private static readonly Option<string?> After = Options.Word(
        "--after", "Go on where the page before said.", "PLACE");

    public static Command Create()
    {
        var command = new ExplainedCommand("reviews", "List completed work with what was said of it.", """
            longshore reviews --waiting --for ann --kind label
            longshore reviews --done --agent painter
            longshore reviews --task 12
            """) { Waiting, Done, For, By, Agent, Task, Namespace, Kind, Limit, After };
        command.SetAction(ListAsync);
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken ct)
    {
        var query = new ReviewQuery
        {
            TaskId = parsed.GetValue(Task),
            Agent = parsed.GetValue(Agent),
            Namespace = parsed.GetValue(Namespace),
            Kind = parsed.GetValue(Kind),
            IsReviewed = (parsed.GetValue(Waiting), parsed.GetValue(Done)) switch
            {
                (false, false) => null,
                (false, true) => true,
                (true, false) => false,
                _ => throw new LongshoreException(ErrorCode.InvalidInput, "give --waiting or --done, not both"),
            },
            ReviewedBy = parsed.GetValue(By),
            OpenFor = parsed.GetValue(For),
            After = parsed.GetValue(After),
        };
        query = query with { Limit = parsed.GetValue(Limit) ?? query.Limit };
        using var connection = Connection.Open(parsed);
        var page = await connection.Client.ListReviewsAsync(query, ct).ConfigureAwait(false);
        return Output.Page(
            parsed,
            page,
            SubmittedWorkWire.Of,
            ["TASK", "EPOCH", "KIND", "AGENT", "SUBMITTED", "REVIEWS"],
            work =>
            [
                string.Create(CultureInfo.InvariantCulture, $"t-{work.TaskId}"), Output.Number(work.Epoch), work.Kind,
                work.Agent, Output.Instant(work.SubmittedAt), string.Join("; ", work.Reviews.Select(Said)),
            ]);
    }

    private static string Said(GivenReview review) =>
        $"{review.Reviewer} {Output.Number(review.Score)}" + (review.Comment is { } text ? $" ({text})" : "");
}
