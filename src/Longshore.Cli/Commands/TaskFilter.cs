using System.CommandLine;
using System.CommandLine.Completions;
using Longshore.Cli.Shell;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Commands;

/// <summary>Which tasks a command is about: to be listed, or to be changed.</summary>
internal static class TaskFilter
{
    public static readonly Option<string?> Namespace = Options.Word("--namespace", "Only of this namespace.", "NAME");

    private static readonly Option<string?> Kind = Options.Word("--kind", "Only of this kind.", "KIND");
    private static readonly Option<string?> Tag = Options.Word("--tag", "Only with this tag.", "TAG");
    private static readonly Option<int?> MinPriority = Options.Whole(
        "--min-priority", "Only of at least this priority.");
    private static readonly Option<string?> Correlation = Options.Word(
        "--correlation-id", "Only with this correlation id.", "ID");

    /// <summary>What a command that filters tasks takes; it says itself which states and agents it means.</summary>
    public static Option[] OptionsWith(Option<string[]> states, Option<string?> agent)
    {
        states.CompletionSources.Add(_ => Enum.GetValues<TaskState>()
            .Select(state => new CompletionItem(state.ToWire())));
        return [states, Kind, Namespace, Tag, agent, MinPriority, Correlation];
    }

    public static TaskQuery Of(ParseResult parsed, Option<string[]> states, Option<string?> agent) => new()
    {
        States = [.. parsed.GetValue(states)!.Select(word => TaskStates.Parse(word, "--state"))],
        Kind = parsed.GetValue(Kind),
        Namespace = parsed.GetValue(Namespace),
        Tag = parsed.GetValue(Tag),
        Agent = parsed.GetValue(agent),
        MinPriority = parsed.GetValue(MinPriority),
        CorrelationId = parsed.GetValue(Correlation),
    };
}
