using System.IO.Enumeration;

namespace Longshore.Tests.Tidy;

/// <summary>A text file of the repository, read once.</summary>
/// <param name="Path">From the root, with forward slashes.</param>
/// <param name="Text">Its content, with line feeds.</param>
internal sealed record TextFile(string Path, string Text)
{
    public string[] Lines { get; } = Text.TrimEnd('\n').Split('\n');

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The folder it is in, without a slash at the end; empty for the root.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    public bool IsUnder(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>The numbers (from 1) and texts of the lines for which <paramref name="holds"/> is true.</summary>
    public IEnumerable<string> LinesWhere(Func<string, bool> holds) => Lines
        .Select((line, index) => (line, number: index + 1))
        .Where(entry => holds(entry.line))
        .Select(entry => $"{Path}:{entry.number}: {entry.line.Trim()}");
}

/// <summary>The working tree these tests were built from, without what <c>.gitignore</c> names.</summary>
internal static class Repository
{
    private static readonly string[] TextEndings =
    [
        ".cs", ".sql", ".csproj", ".props", ".targets", ".slnx", ".md", ".json", ".yml", ".txt", ".editorconfig",
        ".gitattributes", ".gitignore", ".ts", ".css", ".html", "/test", "/run", "/LICENSE",
    ];

    private static readonly Lazy<TextFile[]> All = new(() =>
        [.. Walk(SourceTree.Root).Where(IsText).Order(StringComparer.Ordinal).Select(Read)]);

    /// <summary>Every text file, ordered by path.</summary>
    public static IReadOnlyList<TextFile> Files => All.Value;

    /// <summary>Files with an ending, in a folder of the root if one is given.</summary>
    public static IEnumerable<TextFile> With(string ending, string? folder = null) =>
        Files.Where(file => file.Path.EndsWith(ending, StringComparison.Ordinal)
            && (folder is null || file.IsUnder(folder)));

    /// <summary>The names in the root folder, files and folders, without what is ignored.</summary>
    public static IEnumerable<string> RootEntries() =>
        Entries(SourceTree.Root).Select(entry => entry.Name);

    public static bool Exists(string path)
    {
        var full = Path.Combine(SourceTree.Root, path);
        return File.Exists(full) || Directory.Exists(full);
    }

    /// <summary>Fails with the rule and everything that breaks it.</summary>
    public static void ShouldHold(string rule, IEnumerable<string> offenders)
    {
        var list = offenders.ToList();
        if (list.Count > 0)
        {
            Assert.Fail($"{rule}\n  {string.Join("\n  ", list.Take(50))}\n({list.Count} in all)");
        }
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var entry in Entries(folder))
        {
            if (entry is not DirectoryInfo)
            {
                yield return entry.FullName;
                continue;
            }

            foreach (var file in Walk(entry.FullName))
            {
                yield return file;
            }
        }
    }

    private static IEnumerable<FileSystemInfo> Entries(string folder) =>
        new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => !IsIgnored(entry));

    private static bool IsIgnored(FileSystemInfo entry) =>
        entry.Name == ".git" || IgnoredPatterns.Value.Any(pattern => pattern.EndsWith('/')
            ? entry is DirectoryInfo && entry.Name == pattern.TrimEnd('/')
            : FileSystemName.MatchesSimpleExpression(pattern, entry.Name));

    private static readonly Lazy<string[]> IgnoredPatterns = new(() =>
        [.. File.ReadLines(Path.Combine(SourceTree.Root, ".gitignore"))
            .Where(line => line.Length > 0 && line[0] != '#')]);

    private static bool IsText(string path) =>
        TextEndings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal));

    private static TextFile Read(string path) => new(
        Path.GetRelativePath(SourceTree.Root, path).Replace('\\', '/'),
        File.ReadAllText(path).ReplaceLineEndings("\n"));
}
