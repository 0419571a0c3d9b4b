using System.Data.Common;
using System.Text.Json;
using Longshore.Client.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Longshore.Server.Http;

/// <summary>
/// Turns every error into an RFC 9457 problem document with a stable code. What is no <see cref="LongshoreException"/>
/// is a fault of ours: it is logged, and the caller learns only that it happened.
/// </summary>
internal sealed partial class Problems(RequestDelegate next, ILogger<Problems> logger)
{
    private const string ContentType = "application/problem+json";

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            await ExplainBareStatusAsync(context);
        }
        catch (LongshoreException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, StatusOf(e.Code), Words.Snake(e.Code), e.Message, e.Field);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, e.StatusCode, CodeOf(e.StatusCode), e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer.
        }
        catch (OperationCanceledException) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, 503, "unavailable", "the server is stopping; try again at another");
        }
        catch (DbException e) when (!context.Response.HasStarted)
        {
            LogFault(e, context.Request.Method, context.Request.Path);
            await WriteAsync(context, 503, "unavailable", "the database does not answer; try again");
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            LogFault(e, context.Request.Method, context.Request.Path);
            await WriteAsync(context, 500, "internal", "the server failed; its log says why");
        }
    }

    /// <summary>Writes a problem document.</summary>
    public static async Task WriteAsync(
        HttpContext context, int status, string code, string detail, string? field = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        var problem = new ProblemWire
        {
            Title = code.Replace('_', ' '),
            Status = status,
            Detail = detail,
            Code = code,
            Field = field,
        };
        await context.Response.Body.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(problem, WireJson.Options), context.RequestAborted);
    }

    /// <summary>Routing answers some errors with a status and nothing else.</summary>
    private static Task ExplainBareStatusAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentType is not null)
        {
            return Task.CompletedTask;
        }

        var request = context.Request;
        return context.Response.StatusCode switch
        {
            404 => WriteAsync(context, 404, "not_found", $"there is nothing at {request.Path}; see /openapi/v1.json"),
            405 => WriteAsync(
                context,
                405,
                "method_not_allowed",
                $"{request.Method} is not possible here; allowed: {context.Response.Headers.Allow}"),
            415 => WriteAsync(context, 415, "unsupported_media_type", "send application/json"),
            _ => Task.CompletedTask,
        };
    }

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => "too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        _ => "invalid_input",
    };

    private static int StatusOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidInput => 400,
        ErrorCode.NotFound => 404,
        ErrorCode.DuplicateCode or ErrorCode.DuplicateTask or ErrorCode.IdempotencyKeyReused or ErrorCode.StaleClaim
            or ErrorCode.WrongState or ErrorCode.AgentUnavailable or ErrorCode.HopLimit or ErrorCode.OwnWork
            or ErrorCode.AlreadyReviewed => 409,
        ErrorCode.NotAllowed => 403,
        ErrorCode.NobodyCan => 422,
        ErrorCode.QueueFull => 429,
        ErrorCode.Unavailable => 503,
        _ => 500,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFault(Exception e, string method, string path);
}
