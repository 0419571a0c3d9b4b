using System.Globalization;
using Longshore.Client.Wire;
using Microsoft.AspNetCore.Http;

namespace Longshore.Server.Http;

/// <summary>Successful answers in the wire's JSON.</summary>
internal static class Answer
{
    public static IResult Json<T>(T value) => Results.Json(value, WireJson.Options);

    public static IResult Created<T>(string location, T value) => new CreatedResult<T>(location, value);

    private sealed class CreatedResult<T>(string location, T value) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status201Created;
            httpContext.Response.Headers.Location = location;
            return httpContext.Response.WriteAsJsonAsync(value, WireJson.Options, httpContext.RequestAborted);
        }
    }
}

/// <summary>Values in the path.</summary>
internal static class PathValue
{
    public static long Id(string text, string field = "id") =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw LongshoreException.Invalid(field, $"'{text}' is not a task's number");

    public static int Epoch(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? epoch
            : throw LongshoreException.Invalid("epoch", $"'{text}' is not an epoch's number");
}
