using System.CommandLine;
using Longshore.Client;
using Longshore.Tasks;

namespace Longshore.Cli.Shell;

/// <summary>How commands reach the server: one option, one client.</summary>
internal sealed class Connection : IDisposable
{
    public static readonly Option<string> ServerOption = new("--server")
    {
        Description = "Address of the server; the environment variable LONGSHORE_SERVER changes the default.",
        HelpName = "URL",
        Recursive = true,
        DefaultValueFactory = _ =>
            Environment.GetEnvironmentVariable("LONGSHORE_SERVER") is { Length: > 0 } given ? given : DefaultAddress,
    };

    public const string DefaultAddress = "http://127.0.0.1:7411";

    private readonly HttpClient _http;

    private Connection(Uri server)
    {
        Server = server;

        // Longer than the longest wait that can be asked for, so that only a dead connection runs into it.
        _http = new HttpClient(new Unreachable(server))
        {
            BaseAddress = server,
            Timeout = Limits.WaitMax + TimeSpan.FromSeconds(30),
        };
        Client = new HttpLongshoreClient(_http);
    }

    public Uri Server { get; }

    public ILongshoreClient Client { get; }

    public static Connection Open(ParseResult parsed)
    {
        var text = parsed.GetValue(ServerOption)!;
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var server)
            && server.Scheme is "http" or "https"
            ? new Connection(server)
            : throw new LongshoreException(
                ErrorCode.InvalidInput, $"--server: '{text}' is no address; use one such as {DefaultAddress}");
    }

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// Says in a person's words that nobody answers; keeps the exception's type, for those who try again.
    /// </summary>
    private sealed class Unreachable(Uri server) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            try
            {
                return await base.SendAsync(request, ct).ConfigureAwait(false);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
            {
                throw new HttpRequestException(
                    e.HttpRequestError,
                    $"no server answers at {server.ToString().TrimEnd('/')}; start one with: longshore serve",
                    e);
            }
        }
    }
}
