using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Explain;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Server.Tests.Client;

/// <summary>Requirements that relax: what every implementation of the façade must answer alike.</summary>
public abstract class RelaxConformance : FacadeConformance
{
    [Fact]
    public async Task Steps_travel_with_the_task_and_say_how_far_they_are()
    {
        await RegisterAsync("ann", "rust:3");
        await RegisterAsync("bob", "rust:1");
        var submitted = await Client.SubmitAsync([Steps() with { Prefer = "ann", PreferFor = Minutes(2) }], Ct);
        var task = await Client.GetTaskAsync(submitted[0].Id, Ct);
        (task.Spec.Prefer, task.Spec.PreferFor).ShouldBe(("ann", Minutes(2)));
        task.Spec.Relax.Select(s => (s.After, Words(s.Requires), s.MinimumMatch)).ShouldBe(
            [(Minutes(5), "rust>=2", null), (Minutes(30), "rust,sql", 0.5)]);
        task.Relaxing!.ShouldSatisfyAllConditions(
            r => r.Step.ShouldBe(0), r => r.Skipped.ShouldBeEmpty(),
            r => r.NextAt.ShouldBe(task.AvailableAt + Minutes(2)));

        var grant = (await Client.ClaimAsync(new ClaimRequest { Agent = "ann" }, default, Ct)).Single();
        grant.Task.Spec.Relax.Count.ShouldBe(2);
        grant.Task.Relaxing!.Step.ShouldBe(0);
    }

    [Fact]
    public async Task A_step_is_skipped_for_who_is_there_and_explained()
    {
        await RegisterAsync("bob", "rust:1");
        var waiting = Client.ClaimAsync(new ClaimRequest { Agent = "bob" }, TimeSpan.FromSeconds(60), Ct);
        var id = (await Client.SubmitAsync([Steps()], Ct))[0].Id;
        (await waiting).Single().TaskId.ShouldBe(id);

        var explained = await Client.ExplainTaskAsync(id, Ct);
        explained.Steps.Select(s => (s.Step, s.State)).ShouldBe(
            [(0, StepState.Skipped), (1, StepState.Skipped), (2, StepState.InForce)]);
        explained.Steps[2].ShouldSatisfyAllConditions(
            s => s.Requires.ShouldBe(["rust", "sql"]), s => s.MinimumMatch.ShouldBe(0.5),
            s => s.Able.ShouldBe(1), s => s.Present.ShouldBe(1));
        (await Client.GetTaskAsync(id, Ct)).Relaxing!.Skipped.ShouldBe([0, 1]);
    }

    [Fact]
    public async Task A_dry_run_tells_the_steps_of_a_task_that_is_not_there()
    {
        await RegisterAsync("ann", "rust:3");
        var explained = await Client.DryRunAsync(Steps() with { Prefer = "bob", PreferFor = Minutes(2) }, Ct);
        explained.Steps.Select(s => (s.State, s.OnlyAgent, s.Able)).ShouldBe(
        [
            (StepState.InForce, "bob", 0), (StepState.Ahead, null, 1), (StepState.Ahead, null, 1),
            (StepState.Ahead, null, 1),
        ]);
        explained.Reason.ShouldBe(StateReason.NobodyCan);
        explained.Sentence.ShouldContain("could do what it asks for until");
        explained.Suggestions[0].ShouldContain("it asks for rust>=3: 1 could do it, 1 have room now");
    }

    [Fact]
    public async Task Assigning_against_the_step_in_force_says_when_it_asks_for_something_else()
    {
        await RegisterAsync("ann", "rust:3");
        await RegisterAsync("bob", "rust:1");
        var id = (await Client.SubmitAsync([Steps()], Ct))[0].Id;
        var refused = await Should.ThrowAsync<LongshoreException>(
            () => Client.AssignAsync(id, "bob", "boss", ct: Ct));
        refused.Code.ShouldBe(ErrorCode.AgentUnavailable);
        refused.Message.ShouldContain("rust>=3; it asks for something else from ");
    }

    [Fact]
    public async Task Steps_that_are_wrong_are_refused_and_nothing_is_stored()
    {
        var wrong = Steps() with { Relax = [new RelaxStep(Minutes(5), []), new RelaxStep(Minutes(5), Needs("go"))] };
        var refused = await Should.ThrowAsync<LongshoreException>(() => Client.SubmitAsync([Steps(), wrong], Ct));
        (refused.Code, refused.Field).ShouldBe((ErrorCode.InvalidInput, "tasks[1].relax[1].after_seconds"));
        (await Client.ListTasksAsync(new TaskQuery(), Ct)).Items.ShouldBeEmpty();
    }

    private static NewTask Steps() => new()
    {
        Kind = "port",
        Requires = Needs("rust>=3"),
        Relax =
        [
            new RelaxStep(Minutes(5), Needs("rust>=2")),
            new RelaxStep(Minutes(30), Needs("rust", "sql")) { MinimumMatch = 0.5 },
        ],
    };

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static Requirement[] Needs(params string[] words) => [.. words.Select(w => Requirement.Parse(w))];

    private static string Words(IReadOnlyList<Requirement> requires) => string.Join(',', requires);
}

/// <summary>The façade in process.</summary>
public sealed class LocalRelaxConformance : RelaxConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => server.Local;
}

/// <summary>The façade over HTTP.</summary>
public sealed class HttpRelaxConformance : RelaxConformance
{
    private protected override ILongshoreClient ClientOf(TestServer server) => new HttpLongshoreClient(server.Http);
}
