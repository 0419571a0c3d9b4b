using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Demo;

/// <summary>The README's first command, as a real process on a folder whose faults are known.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-audited-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Demo_finds_what_is_there_and_says_what_waits_and_why()
    {
        await WriteAsync(
            "README.md",
            "# Title\n\n[good](docs/a.md) [dead](docs/gone.md) [web](https://example.org) `[x](y)`\n");
        await WriteAsync("docs/a.md", "# A\n");
        await WriteAsync("docs/b.md", "# A\n");
        await WriteAsync("good.json", """{"a":[1,2]}""");
        await WriteAsync("bad.json", """{"a":[1,2}""");
        await WriteAsync("bad.xml", "<a><b></a>");
        for (var i = 0; i < 12; i++)
        {
            await WriteAsync($"src/Class{i}.cs", $$"""
                namespace Sample;

                internal sealed class Class{{i}}
                {
                    // A brace in a comment { and in a "text {" must not count.
                    public int Add(int a, int b)
                    {
                        var text = "{ not code }";
                        return a + b + {{i}};
                    }
                }
                """);
        }

        await WriteAsync("node_modules/skipped.js", "skipped");
        await using (var huge = File.Create(Path.Combine(_folder.FullName, "huge.bin")))
        {
            huge.SetLength((64 << 20) + 1);
        }

        var (code, output, error) = await RunAsync("demo", _folder.FullName, "--exit", "--json");
        code.ShouldBe(0, error);
        var summary = JsonNode.Parse(output)!;
        ((int)summary["files"]!).ShouldBe(18);
        ((int)summary["files_too_large"]!).ShouldBe(1);

        // 18 digests, 18 texts, 2 JSON and 1 XML, 3 Markdown, 12 outlines, and the one that nobody can do.
        ((int)summary["tasks"]!).ShouldBe(55);
        ((int)summary["done"]!).ShouldBe(54);
        ((int)summary["failed"]!).ShouldBe(0);
        ((int)summary["waiting"]!).ShouldBe(1);
        ((string)summary["waiting_because"]!).ShouldContain("'quantum'");
        ((double)summary["seconds"]!).ShouldBeGreaterThan(0);
        ((double)summary["tasks_per_second"]!).ShouldBeGreaterThan(0);

        var found = summary["findings"]!;
        ((string)found["dead_links"]!.AsArray().ShouldHaveSingleItem()!["what"]!).ShouldBe("docs/gone.md");
        found["invalid"]!.AsArray().Select(f => (string)f!["file"]!).Order().ShouldBe(["bad.json", "bad.xml"]);
        found["duplicates"]!.AsArray().ShouldHaveSingleItem()!.AsArray().Count.ShouldBe(2);
        ((string)found["longest_line"]!["file"]!).ShouldBe("README.md");
        ((int)found["types"]!).ShouldBe(12);
        ((int)found["methods"]!).ShouldBe(12);
        ((string)found["longest_methods"]![0]!["what"]!).ShouldBe("Add, 4 lines");

        var agents = summary["agents"]!.AsArray();
        agents.Sum(a => (int)a!["completed"]!).ShouldBe(54);
        agents.Sum(a => (int)a!["failed"]!).ShouldBe((int)summary["retries"]!);
    }

    [Fact]
    public async Task Demo_shows_retries_of_the_flaky_agent()
    {
        for (var i = 0; i < 60; i++)
        {
            await WriteAsync($"Class{i}.cs", "internal sealed class Sample;\n");
        }

        var (code, output, error) = await RunAsync("demo", _folder.FullName, "--exit", "--json");
        code.ShouldBe(0, error);
        var summary = JsonNode.Parse(output)!;
        ((int)summary["retries"]!).ShouldBeGreaterThan(0);
        ((int)summary["done"]!).ShouldBe(180);
    }

    [Fact]
    public async Task Demo_of_a_folder_that_is_not_there_is_one_line_and_a_failure()
    {
        var (code, output, error) = await RunAsync("demo", Path.Combine(_folder.FullName, "nowhere"), "--exit");
        code.ShouldBe(1);
        output.ShouldBeEmpty();
        error.TrimEnd().Split('\n').ShouldHaveSingleItem().ShouldContain("there is no folder");
    }

    private async Task WriteAsync(string path, string text)
    {
        var full = Path.Combine(_folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        await File.WriteAllTextAsync(full, text, TestContext.Current.CancellationToken);
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) =>
        CliProcess.RunAsync(_folder.FullName, arguments, TestContext.Current.CancellationToken);
}
