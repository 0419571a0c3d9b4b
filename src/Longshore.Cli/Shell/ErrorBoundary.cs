using System.Net.Sockets;

namespace Longshore.Cli.Shell;

/// <summary>
/// Where every error ends as one line on stderr and an exit code. What is not expected here is a bug: it too is
/// told in a line, because a stack trace helps nobody who runs a command.
/// </summary>
internal static class ErrorBoundary
{
    public static async Task<int> RunAsync(Func<Task<int>> run, int interrupted)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (e.InnerException is not TimeoutException)
        {
            return interrupted;
        }
#pragma warning disable CA1031 // The outermost frame of the program.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await SayAsync(Explain(e)).ConfigureAwait(false);
            return CommandLine.Failure;
        }
    }

    /// <summary>Writes one line to stderr.</summary>
    public static Task SayAsync(string message) =>
        Console.Error.WriteLineAsync($"longshore: {OneLine(message)}");

    private static string Explain(Exception e) => e switch
    {
        LongshoreException or IOException or UnauthorizedAccessException or HttpRequestException => e.Message,
        OperationCanceledException { InnerException: TimeoutException } => "the server did not answer in time",
        SocketException socket => socket.Message,
        _ => $"unexpected {e.GetType().Name}: {e.Message}",
    };

    private static string OneLine(string message) =>
        string.Join(' ', message.Split(
            ['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
