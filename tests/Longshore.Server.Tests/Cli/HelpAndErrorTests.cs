namespace Longshore.Server.Tests.Cli;

/// <summary>What the command says without a server: help, refusals, exit codes.</summary>
public sealed class HelpAndErrorTests
{
    /// <summary>Port 1 of the loopback: nobody listens there.</summary>
    private static readonly Uri Nobody = new("http://127.0.0.1:1/");

    [Theory]
    [InlineData("serve")]
    [InlineData("submit")]
    [InlineData("tasks")]
    [InlineData("task show")]
    [InlineData("agents")]
    [InlineData("discover")]
    [InlineData("work")]
    [InlineData("completions")]
    [InlineData("task accept")]
    [InlineData("task reject")]
    [InlineData("task assign")]
    [InlineData("task evict")]
    [InlineData("assignments")]
    [InlineData("offers")]
    [InlineData("rules show")]
    [InlineData("rules set")]
    [InlineData("breakers")]
    [InlineData("breakers reset")]
    [InlineData("agents availability")]
    [InlineData("agents authorise")]
    [InlineData("assign solve")]
    [InlineData("agents register")]
    [InlineData("agents presence")]
    [InlineData("claim")]
    [InlineData("task renew")]
    [InlineData("task complete")]
    [InlineData("task snooze")]
    [InlineData("task worked")]
    [InlineData("distribution")]
    [InlineData("events")]
    public async Task Help_of_a_command_shows_its_use_and_examples(string command)
    {
        var run = (await CliRun.OfAsync(Nobody, [.. command.Split(' '), "--help"])).Succeeded();
        run.Output.ShouldContain($"longshore {command} ");
        run.Output.ShouldContain("Examples:");
    }

    [Fact]
    public async Task Called_without_arguments_it_lists_its_commands() =>
        (await CliRun.OfAsync(Nobody)).Succeeded().Output.ShouldContain("Commands:");

    [Theory]
    [InlineData("bogus", "no command or option 'bogus'")]
    [InlineData("tasks --bogus", "no command or option '--bogus'")]
    [InlineData("tasks --limit many", "--limit: 'many' is not a whole number")]
    [InlineData("submit", "KIND")]
    [InlineData("submit a --ready-at 2030-01-01T00:00:00", "with its offset")]
    [InlineData("submit --file x --priority 3", "--priority cannot be combined")]
    [InlineData("submit a --ready-in 1 --ready-at 2030-01-01T00:00:00Z", "not both")]
    [InlineData("agents mode painter resting", "'draining'")]
    [InlineData("work --name painter", "longshore work --help")]
    [InlineData("submit a --match loose", "'strict'")]
    [InlineData("task reject t-1", "--reason")]
    [InlineData("task reject t-1 --reason lazy", "'outside_expertise'")]
    [InlineData("task accept t-1 --epoch first", "--epoch: 'first' is not a whole number")]
    [InlineData("rules set default", "give --file, or the rules to change")]
    [InlineData("rules set default --file x --mode auto", "--mode cannot be combined with --file")]
    [InlineData("rules set default --mode push", "'manual'")]
    [InlineData("agents authorise painter", "give --all or --none")]
    [InlineData("agents authorise painter imaging --all", "give --all or --none")]
    [InlineData("serve --synchronous never", "'normal'")]
    [InlineData("serve --reputation-half-life soon", "--reputation-half-life: 'soon' is not a duration")]
    [InlineData("task snooze t-1", "--delay")]
    public async Task Misuse_ends_with_2_and_one_line_that_says_what_would_be_right(string line, string said) =>
        (await CliRun.OfAsync(Nobody, line.Split(' '))).FailedWith(2).ShouldContain(said);

    [Theory]
    [InlineData("tasks")]
    [InlineData("submit a --json")]
    [InlineData("work --name painter -- true")]
    public async Task Without_a_server_it_says_how_to_start_one(string line) =>
        (await CliRun.OfAsync(Nobody, line.Split(' '))).FailedWith(1)
            .ShouldBe("longshore: no server answers at http://127.0.0.1:1; start one with: longshore serve\n");

    [Theory]
    [InlineData("tasks --server nowhere", "--server: 'nowhere' is no address")]
    [InlineData("tasks --state odd", "quarantined")]
    [InlineData("assignments --status odd", "handed_off")]
    [InlineData("serve --store memory --heartbeat-timeout 5", "at least 15 seconds")]
    [InlineData("serve --store memory --reputation-half-life 1s", "from 1 minute to 10 years")]
    [InlineData("rules set default --file /no/such/file", "/no/such/file")]
    [InlineData("submit a --payload {", "--payload: not valid JSON")]
    [InlineData("submit a --payload @/no/such/file", "/no/such/file")]
    [InlineData("submit a --requires sql>=x", "--requires")]
    [InlineData("serve --store cloud", "--store: 'cloud' is no store")]
    public async Task Failures_end_with_1_and_one_line(string line, string said) =>
        (await CliRun.OfAsync(Nobody, line.Split(' '))).FailedWith(1).ShouldContain(said);

    [Theory]
    [InlineData("ta", "tasks")]
    [InlineData("tasks --st", "--state")]
    [InlineData("tasks --state quar", "quarantined")]
    [InlineData("agents mode painter dr", "draining")]
    [InlineData("assignm", "assignments")]
    [InlineData("assignments --status hand", "handed_off")]
    [InlineData("rules set default --mode au", "auto")]
    [InlineData("rules set default --strategy round", "round_robin")]
    [InlineData("task reject t-1 --reason outside", "outside_expertise")]
    [InlineData("submit a --match st", "strict")]
    public async Task Completion_offers_what_may_come_next(string line, string offered) =>
        (await CliRun.OfAsync(Nobody, "complete-line", "--", line))
            .Succeeded().Output.Split('\n').ShouldContain(offered);

    [Fact]
    public async Task The_script_for_bash_completes_in_bash()
    {
        var script = (await CliRun.OfAsync(Nobody, "completions", "bash")).Succeeded().Output;
        script.ShouldContain("complete -o default -F _longshore longshore");
        script.ShouldContain("complete-line");
    }
}
