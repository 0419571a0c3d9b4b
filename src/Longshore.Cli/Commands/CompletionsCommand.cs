using System.CommandLine;
using Longshore.Cli.Shell;

namespace Longshore.Cli.Commands;

/// <summary>
/// <c>longshore completions</c>: scripts that make a shell ask this program what may come next, so that they never fall
/// behind its options.
/// </summary>
internal static class CompletionsCommand
{
    private const string Candidates = "complete-line";

    private static readonly Argument<string> Shell = new Argument<string>("SHELL") { Description = "Which shell." }
        .AcceptOnlyFromAmong("bash", "zsh", "fish");

    private static readonly Argument<string> Line = new("LINE")
    {
        Description = "The command line up to the cursor, the program's name left out.",
    };

    public static Command Create()
    {
        var command = new ExplainedCommand("completions", "Print a script that completes commands and options.", """
            eval "$(longshore completions bash)"          in ~/.bashrc
            eval "$(longshore completions zsh)"           in ~/.zshrc
            longshore completions fish | source           in ~/.config/fish/config.fish
            """) { Shell };
        command.SetAction(parsed =>
        {
            var script = parsed.GetValue(Shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish };
            if (parsed.WantsJson())
            {
                Output.Json(new { script });
            }
            else
            {
                Output.Line(script);
            }

            return 0;
        });
        return command;
    }

    /// <summary>What the scripts call: the candidates for the last word, one a line.</summary>
    public static Command CreateCandidates()
    {
        var command = new Command(Candidates, "Print what may come next.") { Line };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var line = parsed.GetValue(Line)!;
            foreach (var item in CommandLine.Root().Parse(line).GetCompletions(line.Length))
            {
                Output.Line(item.InsertText ?? item.Label);
            }

            return 0;
        });
        return command;
    }

    private const string Bash = $$"""
        _longshore() {
            local line="${COMP_LINE:0:$COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}"
            COMPREPLY=($(compgen -W "$("$1" {{Candidates}} -- "${line#* }" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _longshore longshore
        """;

    private const string Zsh = $$"""
        _longshore() {
            local -a found
            found=("${(@f)$("${words[1]}" {{Candidates}} -- "${LBUFFER#* }" 2>/dev/null)}")
            compadd -a found
        }
        compdef _longshore longshore
        """;

    private const string Fish = $$"""
        function __longshore
            longshore {{Candidates}} -- (string replace -r "^\S+ " "" -- (commandline -cp)) 2>/dev/null
        end
        complete -c longshore -f -a '(__longshore)'
        """;
}
