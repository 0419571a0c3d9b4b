using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Client;

/// <summary>The façade over HTTP: the same calls, answers and errors as in process.</summary>
public sealed partial class HttpLongshoreClient : ILongshoreClient
{
    private readonly HttpClient _http;

    /// <summary>Creates a client.</summary>
    /// <param name="http">
    /// Its base address is the server's (<c>http://127.0.0.1:7411/</c>); its timeout must exceed the longest wait
    /// asked for.
    /// </param>
    /// <param name="prefix">Where the API stands on that server.</param>
    public HttpLongshoreClient(HttpClient http, string prefix = "api/v1/")
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(prefix);
        _http = http;
        Prefix = prefix.Trim('/') + "/";
    }

    private string Prefix { get; }

    private Task<TAnswer> GetAsync<TAnswer>(string path, CancellationToken ct) =>
        SendAsync<TAnswer>(HttpMethod.Get, path, null, ct);

    private async Task<Page<T>> PageAsync<TWire, T>(string path, Func<TWire, T> map, CancellationToken ct)
    {
        var page = await GetAsync<PageWire<TWire>>(path, ct).ConfigureAwait(false);
        return new Page<T>([.. page.Items.Select(map)], page.Next);
    }

    private Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, CancellationToken ct) =>
        SendAsync<TAnswer>(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Options), ct);

    private async Task<TAnswer> SendAsync<TAnswer>(HttpMethod method, string path, byte[]? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, Prefix + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await _http.SendAsync(request, ct).ConfigureAwait(false);
        var bytes = await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw Error(response, bytes);
        }

        return bytes.Length == 0 ? default! : JsonSerializer.Deserialize<TAnswer>(bytes, WireJson.Options)!;
    }

    /// <summary>The error that a problem document stands for.</summary>
    private static Exception Error(HttpResponseMessage response, byte[] bytes)
    {
        try
        {
            var problem = JsonSerializer.Deserialize<ProblemWire>(bytes, WireJson.Options);
            if (problem?.Code is { } code)
            {
                return new LongshoreException(
                    Words.Parse<ErrorCode>(code, "code"), problem.Detail ?? code, problem.Field);
            }
        }
        catch (Exception e) when (e is JsonException or LongshoreException)
        {
            // Something else than Longshore answered: a proxy, another server.
        }

        return new HttpRequestException(
            $"{response.RequestMessage?.RequestUri} answered {(int)response.StatusCode}; is that a Longshore server?",
            null,
            response.StatusCode);
    }

    private static string Query(params (string Name, string? Value)[] pairs) => string.Concat(pairs
        .Where(pair => pair.Value is not null)
        .Select((pair, i) => $"{(i == 0 ? '?' : '&')}{pair.Name}={Uri.EscapeDataString(pair.Value!)}"));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Segment(string value) => Uri.EscapeDataString(value);
}
