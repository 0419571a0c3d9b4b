using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace Longshore.Stores.Tests.Postgres;

/// <summary>PgBouncer in transaction mode before the server that tests share, with few connections.</summary>
internal sealed class Pooler : IDisposable
{
    private static readonly Lazy<string> Shared = new(() => new Pooler()._connection);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-pooler-");
    private readonly string _connection;

    private Pooler()
    {
        var server = new NpgsqlConnectionStringBuilder(PostgresServer.SharedConnection);
        var port = PostgresServer.FreePort();
        var users = Path.Combine(_folder.FullName, "users.txt");
        File.WriteAllText(users, $"\"{server.Username}\" \"{server.Password}\"\n");
        File.WriteAllText(PathOf("ini"), string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host={server.Host} port={server.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = trust
            auth_file = {users}
            pool_mode = transaction
            default_pool_size = 3
            max_client_conn = 500
            logfile = {PathOf("log")}
            pidfile = {PathOf("pid")}

            """));
        PostgresServer.GiveToOwner(_folder.FullName);
        PostgresServer.RunAsOwner($"{FindProgram()} -q -d {PathOf("ini")} >/dev/null 2>&1");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();

        // It goes into the background before it listens.
        if (!SpinWait.SpinUntil(() => Listens(port), TimeSpan.FromSeconds(30)))
        {
            throw new InvalidOperationException($"PgBouncer does not listen at port {port}; see {PathOf("log")}");
        }

        server.Host = "127.0.0.1";
        server.Port = port;
        _connection = server.ConnectionString;
    }

    /// <summary>How to reach the server through the pooler.</summary>
    public static string SharedConnection => Shared.Value;

    public void Dispose()
    {
        if (File.Exists(PathOf("pid")))
        {
            PostgresServer.RunAsOwner($"kill {File.ReadAllText(PathOf("pid")).Trim()}");
        }
    }

    private static bool Listens(int port)
    {
        try
        {
            using var socket = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // Debian keeps it where not everybody looks.
    private static string FindProgram() =>
        new[] { "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("PgBouncer is not installed; run ./test, which gets it");

    private string PathOf(string ending) => Path.Combine(_folder.FullName, "pgbouncer." + ending);
}
