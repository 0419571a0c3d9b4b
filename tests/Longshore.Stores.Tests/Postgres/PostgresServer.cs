using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>
/// The PostgreSQL that the tests use: the one that <c>LONGSHORE_TEST_POSTGRES</c> names, or one of their own, started
/// from the binaries of <c>LONGSHORE_TEST_PG_BIN</c> or of an installed server, on a free port, with its own data
/// folder, and stopped when the tests end.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private static readonly Lazy<string> Shared = new(StartShared);

    private readonly string _bin;
    private readonly DirectoryInfo _folder;
    private readonly bool _safe;

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="safe">True keeps what a crash must not lose; tests that crash nothing do without.</param>
    public PostgresServer(bool safe)
    {
        _safe = safe;
        _bin = FindBin();
        Port = FreePort();
        _folder = Directory.CreateTempSubdirectory("longshore-pg-");
        GiveToOwner(_folder.FullName);
        RunAsOwner("initdb", $"-D {Data} -A trust -U postgres -E UTF8 --locale=C --no-sync >/dev/null");
        Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    /// <summary>How to reach the server that tests share.</summary>
    public static string SharedConnection => Shared.Value;

    /// <summary>The server that tests share is theirs alone and ends with them.</summary>
    public static bool IsOwn => Given is null;

    public int Port { get; }

    /// <summary>How to reach this server.</summary>
    public string Connection => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Database=postgres");

    private static string? Given { get; } =
        Environment.GetEnvironmentVariable("LONGSHORE_TEST_POSTGRES") is { Length: > 0 } given ? given : null;

    private static string Unprivileged { get; } =
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal))
            ? "postgres"
            : "nobody";

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>Starts it, again after a stop.</summary>
    public void Start()
    {
        var durability = _safe ? "" : " -c fsync=off -c full_page_writes=off";
        var settings = string.Create(
            CultureInfo.InvariantCulture,
            $"-p {Port} -k {_folder.FullName} -c listen_addresses=127.0.0.1 -c max_connections=200{durability}");
        RunAsOwner("pg_ctl", $"-D {Data} -w -t 60 -l {_folder.FullName}/log -o '{settings}' start >/dev/null");
    }

    /// <summary>Stops it as a crash would: nothing is written down, clients are cut off.</summary>
    public void StopImmediately() => RunAsOwner("pg_ctl", $"-D {Data} -m immediate -w stop >/dev/null");

    public void Dispose()
    {
        if (_folder.Exists)
        {
            if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            {
                StopImmediately();
            }

            _folder.Delete(recursive: true);
            _folder.Refresh();
        }
    }

    private static string StartShared() => Given ?? new PostgresServer(safe: false).Connection;

    private static string FindBin()
    {
        var given = Environment.GetEnvironmentVariable("LONGSHORE_TEST_PG_BIN");
        const string Debian = "/usr/lib/postgresql";
        var installed = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).Order(StringComparer.Ordinal).Select(dir => Path.Combine(dir, "bin"))
            : [];
        var path = Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? [];
        return new[] { given }.Concat(installed.Reverse()).Concat(path)
            .FirstOrDefault(dir => dir is not null && File.Exists(Path.Combine(dir, "initdb")))
            ?? throw new InvalidOperationException(
                "no PostgreSQL server is installed; run ./test, which gets one, or set LONGSHORE_TEST_POSTGRES");
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private void RunAsOwner(string program, string arguments) =>
        RunAsOwner($"{Path.Combine(_bin, program)} {arguments}");

    /// <summary>Runs a command as the unprivileged user to whom servers belong.</summary>
    internal static void RunAsOwner(string command)
    {
        if (Environment.UserName == "root")
        {
            Run("su", Unprivileged, "-s", "/bin/sh", "-c", command);
        }
        else
        {
            Run("/bin/sh", "-c", command);
        }
    }

    /// <summary>Gives a folder with all in it to the user to whom servers belong.</summary>
    internal static void GiveToOwner(string folder)
    {
        if (Environment.UserName == "root")
        {
            Run("chown", "-R", Unprivileged, folder);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        // No pipes: the server would inherit them, and reading to their end would wait for it.
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Path.GetTempPath(),
        })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        }
    }
}
