namespace Longshore.Cli.Demo;

/// <summary>The folder that the demo looks at, and which of its files.</summary>
internal sealed class AuditedFolder
{
    /// <summary>No more files than this are looked at; the report says when there were more.</summary>
    public const int FilesMax = 5000;

    /// <summary>Larger files are only digested.</summary>
    public const long ReadBytesMax = 4 << 20;

    /// <summary>Larger files are not looked at; the report says how many there were.</summary>
    public const long DigestBytesMax = 64 << 20;

    // What may not be read is as good as absent.
    private static readonly EnumerationOptions Readable = new() { IgnoreInaccessible = true, AttributesToSkip = 0 };

    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal)
    {
        ".git", ".hg", ".svn", ".vs", ".idea", "artifacts", "bin", "obj", "node_modules",
    };

    private readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal);

    private AuditedFolder(string root) => Root = root;

    public string Root { get; }

    /// <summary>Paths relative to <see cref="Root"/>, with forward slashes, in order.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>How many files were left out because of <see cref="FilesMax"/>.</summary>
    public int LeftOut { get; private set; }

    /// <summary>How many were left out because of <see cref="DigestBytesMax"/>.</summary>
    public int TooLarge { get; private set; }

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

    /// <summary>Bytes of one of <see cref="Files"/> when the folder was opened.</summary>
    public long LengthOf(string file) => _lengths[file];

    private IEnumerable<string> FilesUnder(string folder)
    {
        var here = new DirectoryInfo(folder);
        foreach (var info in here.EnumerateFiles("*", Readable).Where(file => file.LinkTarget is null))
        {
            if (info.Length > DigestBytesMax)
            {
                TooLarge++;
                continue;
            }

            var file = Path.GetRelativePath(Root, info.FullName).Replace('\\', '/');
            _lengths[file] = info.Length;
            yield return file;
        }

        foreach (var inner in here.EnumerateDirectories("*", Readable))
        {
            if (inner.LinkTarget is not null || Skipped.Contains(inner.Name))
            {
                continue;
            }

            foreach (var file in FilesUnder(inner.FullName))
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
