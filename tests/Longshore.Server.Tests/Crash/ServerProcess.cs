using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Crash;

/// <summary>A real <c>longshore serve</c> on a database file; started, killed with SIGKILL and started again.</summary>
internal sealed class ServerProcess(params string[] arguments) : IAsyncDisposable
{
    private static readonly string Cli = Path.Combine(AppContext.BaseDirectory, "Longshore.Cli.dll");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longshore-crash-");
    private readonly StringBuilder _output = new();
    private Process? _process;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort()}/");

    /// <summary>Variables of the process beyond those of this one.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The lines it wrote so far, on stdout and stderr.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_output)
            {
                return _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            }
        }
    }

    /// <summary>What <c>--store</c> says; a SQLite file of its own if nothing else is said.</summary>
    public string? Store { get; init; }

    public string DatabasePath => Path.Combine(_folder.FullName, "tasks.db");

    public HttpClient Http { get; private set; } = null!;

    public async Task StartAsync(CancellationToken ct)
    {
        Http = new HttpClient { BaseAddress = new Uri(Address, "api/v1/"), Timeout = TimeSpan.FromSeconds(30) };
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Cli, "serve", "--urls", Address.GetLeftPart(UriPartial.Authority),
                "--store", Store ?? "sqlite:" + DatabasePath,
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Note;
        _process.ErrorDataReceived += Note;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Patience.UntilAsync(
            async () => await IsReadyAsync(ct) || (_process.HasExited
                ? throw new InvalidOperationException($"the server ended by itself:\n{_output}")
                : false),
            atMost: TimeSpan.FromSeconds(60),
            ct);
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        Http.Dispose();
    }

    /// <summary>SIGTERM: it stops as it does for a supervisor.</summary>
    public async Task StopAsync()
    {
        using var signal = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await signal.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        Http.Dispose();
    }

    /// <summary>Posts, and answers the body of a success; null when the server went away meanwhile.</summary>
    public async Task<JsonNode?> PostAsync(string path, JsonNode body, CancellationToken ct)
    {
        try
        {
            using var response = await Http.PostAsJsonAsync(path, body, ct);
            var text = await response.Content.ReadAsStringAsync(ct);
            if (response.StatusCode == HttpStatusCode.Conflict)
            {
                return new JsonObject { ["conflict"] = true };
            }

            response.IsSuccessStatusCode.ShouldBeTrue($"{path}: {(int)response.StatusCode} {text}");
            return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text);
        }
        catch (Exception e) when (
            e is HttpRequestException or IOException or ObjectDisposedException or SocketException)
        {
            return null;
        }
    }

    public async Task<JsonNode> GetAsync(string path, CancellationToken ct) =>
        (await Http.GetFromJsonAsync<JsonNode>(path, ct))!;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(Address, "readyz"), ct);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Note(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
