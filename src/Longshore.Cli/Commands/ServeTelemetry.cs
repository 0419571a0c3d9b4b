using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Longshore.Cli.Commands;

/// <summary>What a server says of itself: its log on stderr, and what it exports.</summary>
internal static class ServeTelemetry
{
    public static readonly Option<string?> Otlp = Options.Word(
        "--otlp",
        "Export metrics and traces to this OpenTelemetry collector; OTEL_EXPORTER_OTLP_ENDPOINT does the same.",
        "URL");

    public static readonly Option<string> LogFormat = new Option<string>("--log-format")
    {
        Description = "How the log on stderr is written: text for people, json with one document per line.",
        DefaultValueFactory = _ => "text",
    }.AcceptOnlyFromAmong("text", "json");

    public static void Apply(WebApplicationBuilder builder, ParseResult parsed)
    {
        AddLog(builder.Logging, parsed.GetValue(LogFormat) == "json");
        var endpoint = Collector(parsed);
        builder.Services.AddLongshoreTelemetry(options => options.Endpoint = endpoint);
    }

    /// <summary>The collector that the option names; null when it is not given.</summary>
    public static Uri? Collector(ParseResult parsed) => parsed.GetValue(Otlp) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
        : throw new LongshoreException(
            ErrorCode.InvalidInput, $"--otlp: '{text}' is no address; use one such as http://127.0.0.1:4318");

    private static void AddLog(ILoggingBuilder log, bool json)
    {
        log.ClearProviders();
        if (json)
        {
            log.AddJsonConsole(console =>
            {
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                console.UseUtcTimestamp = true;
            });
        }
        else
        {
            log.AddSimpleConsole(console =>
            {
                console.TimestampFormat = "yyyy-MM-dd HH:mm:ss'Z' ";
                console.UseUtcTimestamp = true;
                console.SingleLine = true;
            });
        }

        log.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Longshore", LogLevel.Information)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Error)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }
}
