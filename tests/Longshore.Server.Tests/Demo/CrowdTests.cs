using System.Globalization;
using Longshore.Cli.Bench.Crowd;
using Longshore.Routing;
using Longshore.Server.Tests.Cli;

namespace Longshore.Server.Tests.Demo;

/// <summary>Replays of made up answers: half of the crowd is right nine times of ten, half is guessing.</summary>
public sealed class CrowdTests : IDisposable
{
    private const int Agents = 10;
    private const int Choices = 4;

    private static readonly Uri NoServer = new("http://127.0.0.1:9");

    private static readonly CrowdData Data = Make(questions: 600);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-crowd-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_better_agents_are_asked_more_and_more_is_right()
    {
        var weighted = CrowdWorkload.Fixed(Data, seed: 1, RoutingStrategy.PerformanceWeighted, answers: 2);
        var random = CrowdWorkload.Fixed(Data, seed: 1, RoutingStrategy.Random, answers: 2);
        weighted.Answers.ShouldBe(2);
        random.Answers.ShouldBe(2);
        ShareOfGood(random).ShouldBe(0.5, 0.05);
        ShareOfGood(weighted).ShouldBeGreaterThan(0.65);
        weighted.Accuracy.ShouldBeGreaterThan(random.Accuracy + 0.05);
    }

    [Fact]
    public void The_same_seed_asks_the_same()
    {
        var once = CrowdWorkload.Fixed(Data, seed: 7, RoutingStrategy.PerformanceWeighted, answers: 2.5);
        var again = CrowdWorkload.Fixed(Data, seed: 7, RoutingStrategy.PerformanceWeighted, answers: 2.5);
        again.Asked.ShouldBe(once.Asked);
        again.Accuracy.ShouldBe(once.Accuracy);
    }

    [Fact]
    public async Task Asking_until_answers_agree_beats_asking_as_often_everywhere()
    {
        await WriteAsync();
        string[] arguments = ["bench", "crowd", _folder.FullName, "--replays", "10", "--json"];
        var summary = (await CliRun.OfAsync(NoServer, arguments)).Succeeded().Json;
        ((int)summary["questions"]!, (int)summary["agents"]!).ShouldBe((600, Agents));
        var overlap = summary["comparisons"]!.AsArray()[^1]!;
        ((string)overlap["one"]!).ShouldBe("dynamic overlap");
        ((double)overlap["other_answers"]!).ShouldBe((double)overlap["one_answers"]!, 0.05);
        ((double)overlap["low"]!).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("there is no truth.csv", "question,worker,answer\n1,a,x\n", null)]
    [InlineData("line 2 has 2 columns instead of 3", "question,worker,answer\n1,a\n", "question,truth\n1,x\n")]
    [InlineData("no question has both", "question,worker,answer\n1,a,x\n", "question,truth\n2,x\n")]
    public async Task What_is_wrong_with_a_folder_is_said(string message, string answers, string? truth)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "answer.csv"), answers, Ct);
        if (truth is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "truth.csv"), truth, Ct);
        }

        (await CliRun.OfAsync(NoServer, ["bench", "crowd", _folder.FullName])).FailedWith(1).ShouldContain(message);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static double ShareOfGood(CrowdResult result) =>
        (double)result.Asked.Where(asked => IsGood(asked.Key)).Sum(asked => asked.Value) / result.Asked.Values.Sum();

    private static bool IsGood(string name) => int.Parse(name[1..], CultureInfo.InvariantCulture) % 2 == 0;

    private static CrowdData Make(int questions)
    {
        var random = new Random(1);
        return new CrowdData([.. Enumerable.Range(0, questions).Select(_ =>
        {
            var truth = random.Next(Choices);
            return new CrowdQuestion(Text(truth), Enumerable.Range(0, Agents).ToDictionary(
                agent => $"w{agent}",
                agent => Text(agent % 2 == 0 && random.NextDouble() < 0.9 ? truth : random.Next(Choices))));
        })]);
    }

    private static string Text(int answer) => answer.ToString(CultureInfo.InvariantCulture);

    private async Task WriteAsync()
    {
        var answers = Data.Questions.SelectMany((q, i) => q.Answers.Select(a => $"{i},{a.Key},{a.Value}"));
        await File.WriteAllLinesAsync(
            Path.Combine(_folder.FullName, "answer.csv"), answers.Prepend("question,worker,answer"), Ct);
        await File.WriteAllLinesAsync(
            Path.Combine(_folder.FullName, "truth.csv"),
            Data.Questions.Select((q, i) => $"{i},{q.Truth}").Prepend("question,truth"), Ct);
    }
}
