using Longshore.Client;
using Longshore.Engine;
using Longshore.Sqlite;
using Longshore.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Longshore.Server.Tests;

/// <summary>A real server on a free loopback port over a SQLite file of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-server-");
    private readonly WebApplication _app;

    private TestServer(Action<LongshoreBuilder>? configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var longshore = builder.Services.AddLongshore().UseSqlite(Path.Combine(_folder.FullName, "tasks.db"));
        configure?.Invoke(longshore);
        builder.Services.AddLongshoreServer();
        _app = builder.Build();
        _app.MapLongshore();
    }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(150) };

    /// <summary>The façade of the same server without HTTP between.</summary>
    public ILongshoreClient Local => _app.Services.GetRequiredService<ILongshoreClient>();

    public LongshoreEngine Engine => _app.Services.GetRequiredService<LongshoreEngine>();

    /// <summary>It does so a moment after the start.</summary>
    public Task UntilItLeadsAsync() => Patience.UntilAsync(
        async () => (await _app.Services.GetRequiredService<IStore>().Health.CheckAsync())
            .All(found => found.Level == HealthLevel.Ok),
        TimeSpan.FromSeconds(30),
        TestContext.Current.CancellationToken);

    public static async Task<TestServer> StartAsync(Action<LongshoreBuilder>? configure = null)
    {
        var server = new TestServer(configure);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        server.Http.BaseAddress = new Uri(server._app.Urls.First());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
