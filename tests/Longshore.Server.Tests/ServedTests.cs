namespace Longshore.Server.Tests;

/// <summary>Tests against a real server, a new one for each test.</summary>
public abstract class ServedTests : IAsyncLifetime
{
    private protected TestServer Server { get; private set; } = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await StartAsync();
        await PrepareAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
    }

    private protected virtual Task<TestServer> StartAsync() => TestServer.StartAsync();

    /// <summary>What every test of the class finds done.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;
}
