namespace Longshore.Tests.Tidy;

/// <summary>
/// Where the sources are that these tests were built from. A build server's paths in the compiled code do not say.
/// </summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Longshore.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException($"no Longshore.slnx above {AppContext.BaseDirectory}");
    }
}
