using System.CommandLine;
using Longshore.Cli.Bench.Crowd;
using Longshore.Cli.Shell;
using Longshore.Routing.Overlap;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore bench crowd</c>: what reputation and overlap are worth, on answers that people gave.</summary>
internal static class CrowdCommand
{
    private const int MostAnswers = 100;
    private const int MostReplays = 10_000;

    private static readonly Argument<string> Folder = new("FOLDER")
    {
        Description = "With answer.csv (question, worker, answer) and truth.csv (question, truth), and headings.",
    };

    private static readonly Option<int> Replays = new("--replays")
    {
        Description = "How often, each time with another seed.",
        DefaultValueFactory = _ => 200,
    };

    private static readonly Option<string> Vote = new Option<string>("--vote")
    {
        Description = "majority: all answers alike; quality: by what their agents' records are worth.",
        DefaultValueFactory = _ => "majority",
    }.AcceptOnlyFromAmong("majority", "quality");

    private static readonly Option<int> Least = new("--least")
    {
        Description = "Answers in any case, with dynamic overlap.",
        DefaultValueFactory = _ => 2,
    };

    private static readonly Option<int> Most = new("--most")
    {
        Description = "Answers at most, with dynamic overlap.",
        DefaultValueFactory = _ => 5,
    };

    private static readonly Option<double> Enough = new("--enough")
    {
        Description = "Confidence that is enough, 0 to 1.",
        DefaultValueFactory = _ => 0.6,
    };

    public static Command Create()
    {
        var command = new ExplainedCommand("crowd", "Replay answers that people gave to known questions.", """
            longshore bench crowd answers/dog
            longshore bench crowd answers/dog --vote quality --enough 0.8 --json
            """) { Folder, Replays, Vote, Least, Most, Enough };
        command.SetAction(async (parsed, ct) =>
        {
            var rule = new AgreementRule
            {
                Vote = parsed.GetValue(Vote) == "quality"
                    ? Routing.Overlap.Vote.Quality
                    : Routing.Overlap.Vote.Majority,
                Least = Within(parsed.GetValue(Least), 1, MostAnswers, "--least"),
                Most = Within(parsed.GetValue(Most), parsed.GetValue(Least), MostAnswers, "--most"),
                Enough = parsed.GetValue(Enough) is >= 0 and <= 1 and var enough
                    ? enough
                    : throw Invalid($"--enough: must be from 0 to 1, this is {parsed.GetValue(Enough)}"),
            };
            var replays = Within(parsed.GetValue(Replays), 2, MostReplays, "--replays");
            var data = await CrowdData.ReadAsync(parsed.GetValue(Folder)!, ct).ConfigureAwait(false);
            var summary = CrowdWorkload.Run(data, replays, rule, ct);
            return Output.Say(parsed, summary, summary.Write);
        });
        return command;
    }

    private static int Within(int value, int least, int most, string name) => value >= least && value <= most
        ? value
        : throw Invalid($"{name}: must be from {least} to {most}, this is {value}");

    private static LongshoreException Invalid(string message) => new(ErrorCode.InvalidInput, message);
}
