using System.Text.Json;
using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Http;

public sealed class OpenApiTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public async Task Document_that_is_committed_is_the_one_that_is_served()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = await TestServer.StartAsync();
        var document = JsonNode.Parse(await server.Http.GetStringAsync("openapi/v1.json", ct))!;
        var served = document.ToJsonString(Indented) + "\n";
        var committed = Path.Combine(RepositoryRoot(), "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("LONGSHORE_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(committed, served, ct);
        }

        (await File.ReadAllTextAsync(committed, ct)).ShouldBe(
            served, "docs/openapi.json is not what the server says; run the tests once with LONGSHORE_UPDATE=1");
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Longshore.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
