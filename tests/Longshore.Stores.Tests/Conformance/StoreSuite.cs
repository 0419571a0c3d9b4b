using Longshore.Agents;
using Longshore.Assignments;
using Longshore.Capabilities;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What every suite over a store shares: an empty store, a clock, and short words for the verbs.</summary>
public abstract class StoreSuite<TSource> : IAsyncLifetime
    where TSource : StoreSource, new()
{
    protected TSource Source { get; } = new();

    protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    protected static readonly TimeSpan RetryWait = TimeSpan.FromMinutes(10);

    protected ManualClock Clock { get; } = new();

    protected IStore Store { get; private set; } = null!;

    protected long NowUs => Clock.NowUs;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected virtual StoreOptions Options => new() { Clock = Clock, Seed = 7 };

    public ValueTask InitializeAsync()
    {
        Store = Source.Create(Options);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        var broken = await Source.BrokenInvariantsAsync();
        await Source.DisposeAsync();
        broken.ShouldBeEmpty();
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the store and opens it again.</summary>
    protected async Task Reopen() => Store = await Source.ReopenAsync(Options);

    /// <summary>A task that waits ten minutes between attempts, so that no chance is in play.</summary>
    protected static NewTask Spec(string kind = "build", params string[] requires) => new()
    {
        Kind = kind,
        Requires = [.. requires.Select(r => Requirement.Parse(r))],
        Retry = RetryPolicy.FixedDelay(RetryWait),
    };

    protected async Task<IReadOnlyList<InsertOutcome>> Insert(params NewTask[] tasks)
    {
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Inserts.AddRange(tasks.Select(t => TaskValidation.Checked(t, Clock.Now)));
        return (await Store.Tasks.CommitAsync(batch, Ct)).Inserts;
    }

    /// <summary>Inserts one task that nothing stands in the way of; answers its id.</summary>
    protected async Task<long> Add(NewTask? task = null)
    {
        var outcome = (await Insert(task ?? Spec()))[0];
        outcome.Status.ShouldBe(InsertStatus.Inserted);
        return outcome.TaskId;
    }

    protected Task<Agent> Register(string name, int max = 1, params string[] capabilities) =>
        Register(new AgentRegistration
        {
            Name = name,
            MaxConcurrent = max,
            Capabilities = [.. capabilities.Select(c => Capability.Parse(c))],
        });

    protected async Task<Agent> Register(AgentRegistration registration) =>
        (await Store.Agents.RegisterAsync(AgentValidation.Checked(registration), NowUs, Ct)).Agent;

    protected Task<ClaimOutcome> Claim(string agent, int max = 1, params long[] taskIds) =>
        Claim(new ClaimRequest { Agent = agent, Max = max, Lease = Lease, TaskIds = taskIds });

    protected async Task<ClaimOutcome> Claim(ClaimRequest request)
    {
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Claims.Add(request);
        return (await Store.Tasks.CommitAsync(batch, Ct)).Claims[0];
    }

    /// <summary>Claims exactly one task.</summary>
    protected async Task<Grant> Take(string agent, params long[] taskIds)
    {
        var outcome = await Claim(agent, 1, taskIds);
        outcome.Status.ShouldBe(ClaimStatus.Granted);
        return outcome.Grants.ShouldHaveSingleItem();
    }

    protected Task<FinishOutcome> Finish(Grant grant, FinishKind kind, string? error = null) =>
        Finish(new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = kind, Error = error });

    protected async Task<FinishOutcome> Finish(Finish finish)
    {
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Finishes.Add(finish);
        return (await Store.Tasks.CommitAsync(batch, Ct)).Finishes[0];
    }

    protected async Task<RenewOutcome> Renew(Grant grant, TimeSpan lease, double? progress = null)
    {
        var batch = new TaskBatch { NowUs = NowUs };
        batch.Renewals.Add(new Renewal(grant.TaskId, grant.Epoch, lease, progress));
        return (await Store.Tasks.CommitAsync(batch, Ct)).Renewals[0];
    }

    protected async Task<TaskBatchOutcome> Commit(Action<TaskBatch> fill)
    {
        var batch = new TaskBatch { NowUs = NowUs };
        fill(batch);
        return await Store.Tasks.CommitAsync(batch, Ct);
    }

    protected async Task<RenewOutcome> Accept(Grant offer, bool later = false) =>
        (await Commit(b => b.Renewals.Add(
            new Renewal(offer.TaskId, offer.Epoch, Lease) { Accepts = true, Later = later }))).Renewals[0];

    /// <summary>Decides about the usual namespace.</summary>
    protected async Task Rules(NamespaceRules rules) =>
        (await Store.Rules.SetAsync("default", rules.Checked(), null, NowUs, Ct)).ShouldNotBeNull();

    protected async Task<TaskGuards> Guards(long id) =>
        (await Store.Queries.GetGuardsAsync(id, NowUs, Ct)).ShouldNotBeNull();

    /// <summary>What an agent holds.</summary>
    protected async Task<IReadOnlyList<(long TaskId, int Epoch, AssignmentStatus Status)>> LiveOf(string agent) =>
    [
        .. (await Store.Queries.FindAssignmentsAsync(new AssignmentQuery { Agent = agent, Limit = 1000 }, Ct)).Items
            .Where(a => a.Status.IsLive()).Select(a => (a.TaskId, a.Epoch, a.Status)),
    ];

    /// <summary>How the claims of a task ended.</summary>
    protected async Task<IReadOnlyList<AssignmentStatus>> StatusesOf(long id) =>
        [.. (await Store.Queries.ListAssignmentsAsync(id, Ct)).Select(a => a.Status)];

    /// <summary>Lets the lease of every claim run out and rescues what was held.</summary>
    protected async Task<IReadOnlyList<LostClaim>> LoseAll()
    {
        Clock.Advance(Lease);
        return await Store.Tasks.RescueAsync(1000, NowUs, Ct);
    }

    /// <summary>Waits until every deferred task is due and stages them.</summary>
    protected async Task<int> StageAll()
    {
        Clock.Advance(RetryWait);
        return await Store.Tasks.StageAsync(1000, NowUs, Ct);
    }

    protected async Task<WorkTask> Get(long id)
    {
        var task = await Store.Queries.GetTaskAsync(id, Ct);
        return task.ShouldNotBeNull();
    }

    protected async Task<Agent> GetAgent(string name)
    {
        var agent = await Store.Queries.GetAgentAsync(name, Ct);
        return agent.ShouldNotBeNull();
    }

    protected async Task<IReadOnlyList<string>> HistoryOf(long id) =>
        [.. (await Store.Events.HistoryAsync(id, Ct)).Select(e => e.Type)];
}
