namespace Longshore.Sqlite;

/// <summary>
/// Single ownership of a database by a lock of the operating system on a file beside it: it ends with the process,
/// however that ends, and leaves the database itself free for a person with a SQL prompt.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    public OwnerLock(string databasePath)
    {
        var path = Target(databasePath) + ".lock";
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new LongshoreException(
                ErrorCode.StoreUnusable,
                $"{databasePath} is in use by another Longshore process; stop that one, or use another file",
                inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LongshoreException(
                ErrorCode.StoreUnusable, $"{path} cannot be written: check who owns the folder", inner: e);
        }
    }

    public void Dispose() => _file.Dispose();

    // A database reached by a symbolic link is the same database and must be under the same lock.
    private static string Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }
}
