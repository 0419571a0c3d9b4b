using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Longshore.Cli.Shell;

/// <summary>
/// A command with examples, which only its own help shows: a list of commands wants one line for each.
/// </summary>
internal sealed class ExplainedCommand(string name, string description, string examples) : Command(name, description)
{
    public string Examples { get; } = examples;

    /// <summary>The help option that knows of them.</summary>
    public static HelpOption Help()
    {
        var option = new HelpOption("--help", "-h") { Recursive = true, Description = "Show this help." };
        option.Action = new HelpWithExamples((HelpAction)option.Action!);
        return option;
    }

    private sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = inner.Invoke(parseResult);
            if (parseResult.CommandResult.Command is ExplainedCommand explained)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var line in explained.Examples.Split('\n'))
                {
                    output.WriteLine($"  {line}");
                }
            }

            return code;
        }
    }
}
