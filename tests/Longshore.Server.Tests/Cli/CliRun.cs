using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Longshore.Server.Tests.Cli;

/// <summary>One run of the built command as a process of its own.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string Cli = Path.Combine(AppContext.BaseDirectory, "Longshore.Cli.dll");

    public JsonNode Json => JsonNode.Parse(Output)!;

    public static Task<CliRun> OfAsync(Uri server, params string[] arguments) => OfAsync(server, "", arguments);

    public static async Task<CliRun> OfAsync(Uri server, string input, string[] arguments)
    {
        using var process = Start(server, arguments);
        using var timer = new CancellationTokenSource(Limit, TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(
            timer.Token, TestContext.Current.CancellationToken);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return new CliRun(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Starts it and leaves it running.</summary>
    public static Process Start(Uri server, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[Cli, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LONGSHORE_SERVER"] = server.ToString();
        return Process.Start(start)!;
    }

    /// <summary>It went well and said nothing on stderr.</summary>
    public CliRun Succeeded()
    {
        ExitCode.ShouldBe(0, Errors);
        Errors.ShouldBeEmpty();
        return this;
    }

    /// <summary>It failed with this code, nothing on stdout, and one line on stderr, which is answered.</summary>
    public string FailedWith(int code)
    {
        ExitCode.ShouldBe(code, Errors);
        Output.ShouldBeEmpty();
        Errors.ShouldStartWith("longshore: ");
        Errors.TrimEnd('\n').ShouldNotContain("\n");
        return Errors;
    }
}
