namespace Longshore.Server.Tests.Cli;

/// <summary><c>longshore assign solve</c> on files small enough to be checked by hand.</summary>
public sealed class AssignSolveTests : IDisposable
{
    private const string Slots = "orlib-assignment";
    private const string Sizes = "orlib-gap";

    // The greedy first choice, 1, leaves 9 for the second task: 10 in all, where 2 + 3 are possible.
    private const string Dense = "2\n 1 2\n 3 9\n";

    // Two problems of two agents and three tasks: costs, sizes, rooms.
    private const string Gap = """
         2
         2 3
         5 4 3
         6 1 2
         2 2 2
         2 2 2
         4 2
         2 1
         7
         9
         3 3
         2 3
        """;

    private static readonly Uri Nobody = new("http://127.0.0.1:1/");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-assign");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(Dense, "min", 5, "[2,1]")]
    [InlineData(Dense, "max", 10, "[1,2]")]
    [InlineData("2\n1\n2\n3\n9", "min", 5, "[2,1]")]
    [InlineData("3\n 1 1 5\n 1 2 1\n 2 2 7\n 2 3 1\n 3 1 2\n 3 3 4\n", "min", 4, "[2,3,1]")]
    [InlineData("2\n1 1 -4\n2 2 -5\n", "min", -9, "[1,2]")]
    [InlineData("1\n17\n", "min", 17, "[1]")]
    public async Task Solve_proves_the_best_plan(string text, string objective, long value, string plan)
    {
        var run = (await Solve(text, Slots, "--objective", objective, "--json", "--plan")).Succeeded();

        var answer = run.Json;
        ((long)answer["value"]!).ShouldBe(value);
        ((long)answer["bound"]!).ShouldBe(value);
        ((long)answer["gap"]!).ShouldBe(0);
        ((double)answer["seconds"]!).ShouldBeInRange(0, 10);
        var only = answer["problems"]!.AsArray().ShouldHaveSingleItem().ShouldNotBeNull();
        ((long)only["value"]!).ShouldBe(value);
        only["plan"]!.ToJsonString().ShouldBe(plan);
    }

    [Fact]
    public async Task Solve_answers_every_problem_of_a_file_with_sizes()
    {
        var answer = (await Solve(Gap, Sizes, "--json", "--plan")).Succeeded().Json;

        answer.AsObject().ContainsKey("value").ShouldBeFalse();
        var problems = answer["problems"]!.AsArray();
        problems.Count.ShouldBe(2);
        ((long)problems[0]!["value"]!).ShouldBe(9);
        problems[0]!["plan"]!.ToJsonString().ShouldBe("[1,2,1]");
        ((long)problems[0]!["bound"]!).ShouldBeLessThanOrEqualTo(9);
        ((long)problems[1]!["value"]!).ShouldBe(9);
        problems[1]!["plan"]!.ToJsonString().ShouldBe("[2]");
    }

    [Fact]
    public async Task Solve_shows_people_a_table()
    {
        var run = (await Solve(Dense, Slots)).Succeeded();
        run.Output.ShouldContain("VALUE");
        run.Output.ShouldContain("0 (proven best)");
    }

    [Theory]
    [InlineData("", Slots, "line 1: the file ends where the number of tasks should follow")]
    [InlineData("2\n1 2\n3 x\n", Slots, "line 3: 'x' is not a whole number")]
    [InlineData("2\n1 2\n3 1.5\n", Slots, "line 3: '1.5' is not a whole number")]
    [InlineData("2\n1 2\n3\n4 4\n", Slots, "2 tasks take 4 costs, or triples of task, agent and cost; these are 5")]
    [InlineData("0\n", Slots, "line 1: the number of tasks must be from 1")]
    [InlineData("2\n1 1 5\n3 1 5\n", Slots, "line 3: a task's number must be from 1 to 2, this is 3")]
    [InlineData("3\n1 2 1\n1 2 2\n", Slots, "line 3: task 1 and agent 2 again")]
    [InlineData("2\n1 1 5\n2 1 5\n", Slots, "no plan assigns every task; together these have too few agents: 1, 2")]
    [InlineData("2\n1 1 5\n", Slots, "too few agents: 2")]
    [InlineData("1\n1 1\n5\n", Sizes, "line 3: the file ends where a size should follow")]
    [InlineData("1\n1 1\n5\n1\n1\n8\n", Sizes, "line 6: the file should end before this line's numbers")]
    [InlineData("1\n1 1\n5\n-1\n1\n", Sizes, "line 4: a size must be from 0")]
    [InlineData("1\n1 2\n5 5\n3 3\n4\n", Sizes, "found no plan that assigns every task; without room:")]
    public async Task Solve_says_in_one_line_what_is_wrong_with_a_file(string text, string format, string said) =>
        (await Solve(text, format)).FailedWith(1).ShouldContain(said);

    [Fact]
    public async Task Solve_without_a_file_or_a_known_format_says_so()
    {
        (await CliRun.OfAsync(Nobody, "assign", "solve", "/no/such/file", "--format", Slots))
            .FailedWith(1).ShouldContain("/no/such/file");
        (await CliRun.OfAsync(Nobody, "assign", "solve", "x", "--format", "mps")).FailedWith(2).ShouldContain(Slots);
    }

    private Task<CliRun> Solve(string text, string format, params string[] more)
    {
        var path = Path.Combine(_folder.FullName, "problem.txt");
        File.WriteAllText(path, text);
        return CliRun.OfAsync(Nobody, ["assign", "solve", path, "--format", format, .. more]);
    }
}
