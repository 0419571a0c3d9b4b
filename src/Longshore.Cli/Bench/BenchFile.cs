namespace Longshore.Cli.Bench;

/// <summary>A database file for one run, deleted afterwards with all that stands beside it.</summary>
internal sealed class BenchFile : IDisposable
{
    private static readonly string[] Beside = ["", "-wal", "-shm", ".lock"];
    private readonly DirectoryInfo? _folder;

    /// <summary>
    /// Takes <paramref name="path"/>; without one, a folder of its own in the current folder, because a folder for
    /// temporary files is often in memory and would flatter the disk.
    /// </summary>
    /// <exception cref="LongshoreException">invalid_input: there is such a file already.</exception>
    public BenchFile(string? path)
    {
        if (path is null)
        {
            _folder = Directory.CreateDirectory($".longshore-bench-{Environment.ProcessId}");
            Path = System.IO.Path.Combine(_folder.FullName, "bench.db");
            return;
        }

        Path = System.IO.Path.GetFullPath(path);
        if (File.Exists(Path))
        {
            throw new LongshoreException(
                ErrorCode.InvalidInput,
                $"--store: {Path} exists; a benchmark fills a new file and deletes it, so name another");
        }
    }

    public string Path { get; }

    public void Dispose()
    {
        foreach (var ending in Beside)
        {
            File.Delete(Path + ending);
        }

        _folder?.Delete(recursive: true);
    }
}
