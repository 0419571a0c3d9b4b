using System.CommandLine;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore doctor</c>: how a server and its store are doing, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new ExplainedCommand(
            "doctor", "Say how a server and its store are doing; exit code 1 when there is a problem.", """
            longshore doctor
            longshore doctor --server http://10.0.0.7:7411 --json
            """);
        command.SetAction(CheckAsync);
        return command;
    }

    private static async Task<int> CheckAsync(ParseResult parsed, CancellationToken ct)
    {
        using var connection = Connection.Open(parsed);
        var findings = await connection.Client.CheckHealthAsync(ct).ConfigureAwait(false);
        if (parsed.WantsJson())
        {
            Output.Json(HealthWire.Of(findings));
        }
        else
        {
            Show(findings);
        }

        return findings.Any(f => f.Level == HealthLevel.Problem) ? CommandLine.Failure : 0;
    }

    private static void Show(IReadOnlyList<HealthFinding> findings)
    {
        Output.Table(
            ["", "WHAT", "FOUND"],
            findings.Select(f => (IReadOnlyList<string>)[Words.Snake(f.Level), f.Name, f.Value]));
        foreach (var found in findings.Where(f => f.Advice is not null))
        {
            Output.Line($"{Words.Snake(found.Level)}: {found.Name}: {found.Advice}");
        }
    }
}
