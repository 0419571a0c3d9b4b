using Longshore.Agents;
using Longshore.Postgres;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>What tests share that have several stores, as several nodes have them, over one database.</summary>
public abstract class ManyStores : IAsyncLifetime
{
    private readonly List<PostgresStore> _stores = [];

    /// <summary>How many there are.</summary>
    protected const int Count = 8;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected PostgresOptions Options { get; } = new()
    {
        ConnectionString = PostgresServer.SharedConnection,
        Schema = SchemaShelf.Take(),
    };

    protected IReadOnlyList<PostgresStore> Stores => _stores;

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            _stores.Add(await PostgresStore.OpenAsync(Options, Ct));
        }
    }

    public async ValueTask DisposeAsync()
    {
        var broken = await _stores[0].CheckInvariantsAsync();
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        await SchemaShelf.ReturnAsync(Options.Schema);
        broken.ShouldBeEmpty();
        GC.SuppressFinalize(this);
    }

    protected Task RegisterAsync(string name, int max = 10) =>
        RegisterAsync(new AgentRegistration { Name = name, MaxConcurrent = max });

    protected async Task RegisterAsync(AgentRegistration registration) =>
        await _stores[0].Agents.RegisterAsync(AgentValidation.Checked(registration), ct: Ct);

    protected static async Task SetAsync(PostgresStore store, NamespaceRules rules) =>
        (await store.Rules.SetAsync("default", rules.Checked(), ct: Ct)).ShouldNotBeNull();

    protected static Task<IReadOnlyList<Grant>> ClaimAsync(PostgresStore store, string agent, params long[] ids) =>
        ClaimAsync(store, new ClaimRequest { Agent = agent, TaskIds = ids });

    protected static async Task<IReadOnlyList<Grant>> ClaimAsync(PostgresStore store, ClaimRequest request)
    {
        var batch = new TaskBatch();
        batch.Claims.Add(request);
        return (await store.Tasks.CommitAsync(batch, Ct)).Claims[0].Grants;
    }

    protected static async Task<IReadOnlyList<InsertOutcome>> InsertAsync(PostgresStore store, params NewTask[] tasks)
    {
        var batch = new TaskBatch();
        batch.Inserts.AddRange(tasks.Select(t => TaskValidation.Checked(t, DateTimeOffset.UnixEpoch)));
        return (await store.Tasks.CommitAsync(batch, Ct)).Inserts;
    }

    /// <summary>Ends claims as done, or otherwise.</summary>
    protected static async Task<IReadOnlyList<FinishOutcome>> FinishAsync(
        PostgresStore store, IEnumerable<Grant> grants, FinishKind kind = FinishKind.Complete)
    {
        var batch = new TaskBatch();
        batch.Finishes.AddRange(grants.Select(
            grant => new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = kind }));
        return (await store.Tasks.CommitAsync(batch, Ct)).Finishes;
    }
}
