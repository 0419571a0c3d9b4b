using System.CommandLine;
using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore task review</c> and <c>agents rate</c>: what others say of an agent's work.</summary>
internal static class ReviewCommands
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The agent's name." };
    private static readonly Option<double?> Score = Options.Number("--score", "0, all wrong, to 1, all right.");
    private static readonly Option<bool> Right = new("--right") { Description = "The same as --score 1." };
    private static readonly Option<bool> Wrong = new("--wrong") { Description = "The same as --score 0." };
    private static readonly Option<int?> Epoch = Options.Whole(
        "--epoch", "Which grant; the latest that was completed if not given.");
    private static readonly Option<double?> Weight = Options.Number(
        "--weight", "How many trials that is worth, at most 1000; 1 if not given.");
    private static readonly Option<string?> Capability = Options.Word(
        "--capability", "Only in this one.", "NAME");
    private static readonly Option<string?> Comment = Options.Word("--comment", "For people.", "TEXT");
    private static readonly Option<string?> Reviewer = Options.Word(
        "--reviewer", "Who says so; you if not given. Not who did it.", "NAME");

    public static Command CreateReview()
    {
        var command = new ExplainedCommand("review", "Say how good the result of a task was.", """
            longshore task review t-12 --right --reviewer ann
            longshore task review t-12 --score 0.5 --comment "half of the page is missing"
            """)
        {
            TaskCommand.Id, TaskCommand.Namespace, Score, Right, Wrong, Reviewer, Epoch, Comment,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var score = ScoreOf(parsed);
            using var connection = Connection.Open(parsed);
            var id = await TaskCommand.IdAsync(parsed, connection, ct).ConfigureAwait(false);
            var review = new Review
            {
                TaskId = id,
                Epoch = parsed.GetValue(Epoch),
                Reviewer = parsed.GetValue(Reviewer) ?? TaskHolderCommands.ActorOf(parsed),
                Score = score,
                Comment = parsed.GetValue(Comment),
            };
            return Show(parsed, await connection.Client.ReviewAsync(review, ct).ConfigureAwait(false));
        });
        return command;
    }

    public static Command CreateRate()
    {
        var command = new ExplainedCommand("rate", "Add what you know of an agent to its record.", """
            longshore agents rate painter --score 0.9 --weight 20
            longshore agents rate painter --wrong --capability airbrush
            """)
        {
            Name, Score, Right, Wrong, Weight, Capability, Comment, TaskHolderCommands.Actor,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var rating = new Rating
            {
                Agent = parsed.GetValue(Name)!,
                Score = ScoreOf(parsed),
                Weight = parsed.GetValue(Weight) ?? 1,
                Capability = parsed.GetValue(Capability),
                Comment = parsed.GetValue(Comment),
            };
            using var connection = Connection.Open(parsed);
            var agent = await connection.Client.RateAsync(rating, TaskHolderCommands.ActorOf(parsed), ct)
                .ConfigureAwait(false);
            return Show(parsed, agent);
        });
        return command;
    }

    private static double ScoreOf(ParseResult parsed) =>
        (parsed.GetValue(Score), parsed.GetValue(Right), parsed.GetValue(Wrong)) switch
        {
            ({ } score, false, false) => score,
            (null, true, false) => 1,
            (null, false, true) => 0,
            _ => throw new LongshoreException(ErrorCode.InvalidInput, "give one of --score, --right and --wrong"),
        };

    private static int Show(ParseResult parsed, Agent agent)
    {
        if (parsed.WantsJson())
        {
            Output.Json(AgentWire.Of(agent));
        }
        else
        {
            Output.Line(
                $"{agent.Name}: {Output.Number(Math.Round(agent.Record.Score, 3))} of "
                + $"{Output.Number(Math.Round(agent.Record.Overall.Trials, 1))} trials");
        }

        return 0;
    }
}
