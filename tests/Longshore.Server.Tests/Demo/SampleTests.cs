namespace Longshore.Server.Tests.Demo;

/// <summary>The samples do what they say, as anybody would run them.</summary>
[Trait("suite", "long")]
public sealed class SampleTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-sample-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Documents_are_taken_in_by_cron_and_indexed()
    {
        var texts = _folder.CreateSubdirectory("in");
        string[] files = ["workflows.md", "schedules.md", "architecture.md"];
        foreach (var file in files)
        {
            File.Copy(Path.Combine(Docs(), file), Path.Combine(texts.FullName, file));
        }

        await File.WriteAllTextAsync(Path.Combine(texts.FullName, "short.txt"), "one two two", Ct);
        var (code, output, errors) = await CliProcess.RunAsync(_folder.FullName, [texts.FullName], Ct, "Documents");
        code.ShouldBe(0, output + errors);
        output.ShouldContain("4 of 4 documents indexed");
        output.ShouldContain("""{"parts":1,"words":3,"different":2,"most":"two"}""");
    }

    [Fact]
    public async Task Pictures_are_labelled_until_people_agree_and_checked_by_another()
    {
        var (code, output, errors) = await CliProcess.RunAsync(_folder.FullName, ["30"], Ct, "Annotation");
        code.ShouldBe(0, output + errors);
        output.ShouldContain("30 of 30 pictures done");
        output.ShouldContain("0 checked by who described, 0 answered twice");
    }

    private static string Docs()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Longshore.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests run outside the repository");
        }

        return Path.Combine(folder.FullName, "docs");
    }
}
