namespace Longshore.Cli.Demo;

/// <summary>The folder that the demo looks at, and which of its files.</summary>
internal sealed class AuditedFolder
{
    /// <summary>No more files than this are looked at; the report says when there were more.</summary>
    public const int FilesMax = 5000;

    /// <summary>Larger files are only digested.</summary>
    public const long ReadBytesMax = 4 << 20;

    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        ".git", ".hg", ".svn", ".vs", ".idea", "artifacts", "bin", "obj", "node_modules",
    };

    private AuditedFolder(string root) => Root = root;

    public string Root { get; }

    /// <summary>Paths relative to <see cref="Root"/>, with forward slashes, in order.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>How many files were left out because of <see cref="FilesMax"/>.</summary>
    public int LeftOut { get; private set; }

    public static AuditedFolder Open(string? path)
    {
        var root = Path.GetFullPath(path ?? RepositoryAround(Environment.CurrentDirectory));
        if (!Directory.Exists(root))
        {
            throw new LongshoreException(ErrorCode.InvalidInput, $"FOLDER: there is no folder {root}");
        }

        var folder = new AuditedFolder(root);
        var files = folder.FilesUnder(root).Order(StringComparer.Ordinal).ToList();
        folder.LeftOut = Math.Max(0, files.Count - FilesMax);
        folder.Files = files[..Math.Min(files.Count, FilesMax)];
        return folder;
    }

    public string PathOf(string file) => Path.Combine(Root, file);

    public long LengthOf(string file) => new FileInfo(PathOf(file)).Length;

    private IEnumerable<string> FilesUnder(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            if (new FileInfo(file).LinkTarget is null)
            {
                yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
            }
        }

        foreach (var inner in Directory.EnumerateDirectories(folder))
        {
            var info = new DirectoryInfo(inner);
            if (info.LinkTarget is not null || Skipped.Contains(info.Name))
            {
                continue;
            }

            foreach (var file in FilesUnder(inner))
            {
                yield return file;
            }
        }
    }

    /// <summary>The repository a folder is in, or the folder itself.</summary>
    private static string RepositoryAround(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (Path.Exists(Path.Combine(at.FullName, ".git")))
            {
                return at.FullName;
            }
        }

        return folder;
    }
}
