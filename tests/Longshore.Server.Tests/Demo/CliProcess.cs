using System.Diagnostics;

namespace Longshore.Server.Tests.Demo;

/// <summary>The command, or a sample, as a process of its own, in a folder of its own, run to its end.</summary>
internal static class CliProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static async Task<(int Code, string Output, string Errors)> RunAsync(
        string folder, string[] arguments, CancellationToken ct, string program = "Longshore.Cli")
    {
        var file = Path.Combine(AppContext.BaseDirectory, program + ".dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [file, .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var errors = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct).WaitAsync(Patience, TimeProvider.System, ct);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
