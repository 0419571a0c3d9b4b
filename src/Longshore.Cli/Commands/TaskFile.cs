using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Longshore.Client.Wire;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary>Reads tasks and payloads from where a command line names them.</summary>
internal static class TaskFile
{
    /// <summary>Every line a task; empty lines are skipped. Errors name the line.</summary>
    public static async IAsyncEnumerable<NewTask> ReadAsync(string file, [EnumeratorCancellation] CancellationToken ct)
    {
        using var reader = file == "-" ? Console.In : new StreamReader(file);
        for (var number = 1; await reader.ReadLineAsync(ct).ConfigureAwait(false) is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Task(line, string.Create(CultureInfo.InvariantCulture, $"line {number}: "));
            }
        }
    }

    /// <summary>The whole file is one task, on as many lines as it likes.</summary>
    public static async Task<NewTask> ReadOneAsync(string file, CancellationToken ct)
    {
        using var reader = file == "-" ? Console.In : new StreamReader(file);
        return Task(await reader.ReadToEndAsync(ct).ConfigureAwait(false), "");
    }

    /// <summary>JSON given directly, by <c>@FILE</c>, or by <c>-</c> on stdin; null is none.</summary>
    public static async Task<JsonText> JsonAsync(string? given, string option, CancellationToken ct) => given switch
    {
        null => default,
        "-" => JsonText.Parse(await Console.In.ReadToEndAsync(ct).ConfigureAwait(false), option),
        ['@', .. var path] => JsonText.Parse(await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false), option),
        _ => JsonText.Parse(given, option),
    };

    private static NewTask Task(string line, string at)
    {
        try
        {
            return WireJson.Read<NewTaskWire>(Encoding.UTF8.GetBytes(line)).ToNewTask();
        }
        catch (LongshoreException e)
        {
            throw new LongshoreException(e.Code, at + e.Message, e.Field, e);
        }
    }
}
