using Longshore.Client.Wire;
using Longshore.Tasks;
using Microsoft.AspNetCore.Http;

namespace Longshore.Server.Http;

/// <summary>Reads request bodies: JSON, of the right shape, not too large.</summary>
internal static class Body
{
    // Just below what Kestrel allows by default, so that the refusal is ours and says what to do.
    private const int BytesMax = 28 << 20;

    /// <summary>The body as a value; a missing one is an error.</summary>
    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken ct)
    {
        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException(
                $"the body is {request.ContentType ?? "of no stated type"}; send it as application/json",
                StatusCodes.Status415UnsupportedMediaType);
        }

        return WireJson.Read<T>(await ReadBytesAsync(request, ct));
    }

    /// <summary>The body as a value, or an empty one when there is no body.</summary>
    public static async Task<T> ReadOrEmptyAsync<T>(HttpRequest request, CancellationToken ct)
        where T : new() =>
        request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding")
            ? new T()
            : await ReadAsync<T>(request, ct);

    private static async Task<byte[]> ReadBytesAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > BytesMax)
        {
            throw TooLarge();
        }

        using var bytes = new MemoryStream((int)(request.ContentLength ?? 1024));
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(ct);
            foreach (var segment in read.Buffer)
            {
                bytes.Write(segment.Span);
            }

            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (bytes.Length > BytesMax)
            {
                throw TooLarge();
            }

            if (read.IsCompleted)
            {
                return bytes.ToArray();
            }
        }
    }

    private static BadHttpRequestException TooLarge() => new(
        $"the body is larger than {BytesMax >> 20} MiB; send fewer tasks at once "
        + $"(a payload may have {Limits.PayloadBytesMax} bytes)",
        StatusCodes.Status413PayloadTooLarge);
}
