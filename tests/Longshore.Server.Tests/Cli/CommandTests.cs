namespace Longshore.Server.Tests.Cli;

/// <summary>Tests of commands against a real server.</summary>
public abstract class CommandTests : ServedTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-command-");

    protected Uri Address => Server.Http.BaseAddress!;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    private protected async Task<CliRun> RunAsync(params string[] arguments) =>
        (await CliRun.OfAsync(Address, arguments)).Succeeded();

    protected async Task<string> FailAsync(params string[] arguments) =>
        (await CliRun.OfAsync(Address, arguments)).FailedWith(1);

    /// <summary>A file with this text; answers its path.</summary>
    protected async Task<string> FileAsync(string text)
    {
        var file = Path.Combine(_folder.FullName, "given.txt");
        await File.WriteAllTextAsync(file, text, Ct);
        return file;
    }
}
