using System.CommandLine;
using System.Text;
using Longshore.Cli.Shell;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Workflows;

namespace Longshore.Cli.Commands;

/// <summary><c>longshore workflows</c>: definitions of tasks that depend on each other.</summary>
internal static class WorkflowsCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "Which." };

    private static readonly Argument<string> File = new("FILE")
    {
        Description = "The definition, in the JSON of the HTTP API; - reads stdin.",
    };

    private static readonly Option<string?> Namespace = Options.Word(
        "--namespace", "Of the workflow; default if not given.", "NAME");

    private static readonly Option<int?> Version = Options.Whole("--version", "Which; the newest if not given.");
    private static readonly Option<int?> Limit = Options.Whole("--limit", "Most to show; 100 if not given.");
    private static readonly Option<string?> After = Options.Word("--after", "The mark of the page before.", "MARK");

    public static Command Create() => new("workflows", "Define tasks that depend on each other.")
    {
        Put(), List(), Show(),
    };

    private static ExplainedCommand Put()
    {
        var put = new ExplainedCommand("put", "Store a version of a workflow.", """
            longshore workflows put intake.json
            """) { File, Namespace };
        put.SetAction(async (parsed, ct) =>
        {
            var file = parsed.GetValue(File)!;
            var text = file == "-"
                ? await Console.In.ReadToEndAsync(ct).ConfigureAwait(false)
                : await System.IO.File.ReadAllTextAsync(file, ct).ConfigureAwait(false);
            var wire = WireJson.Read<WorkflowWire>(Encoding.UTF8.GetBytes(text));
            wire = wire with { Namespace = parsed.GetValue(Namespace) ?? wire.Namespace };
            using var connection = Connection.Open(parsed);
            return Show(parsed, await connection.Client.PutWorkflowAsync(wire.ToWorkflow(), ct).ConfigureAwait(false));
        });
        return put;
    }

    private static ExplainedCommand List()
    {
        var list = new ExplainedCommand("list", "List workflows, each in its newest version.", """
            longshore workflows list --namespace reports
            """) { Namespace, Limit, After };
        list.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            var query = new WorkflowQuery { Namespace = parsed.GetValue(Namespace), After = parsed.GetValue(After) };
            var page = await connection.Client
                .ListWorkflowsAsync(query with { Limit = parsed.GetValue(Limit) ?? query.Limit }, ct)
                .ConfigureAwait(false);
            return Output.Page(
                parsed,
                page,
                WorkflowWire.Of,
                ["NAME", "NAMESPACE", "VERSION", "STEPS", "ON FAILURE", "DESCRIPTION"],
                w =>
                [
                    w.Name, w.Namespace, Output.Number(w.Version), Output.Number(w.Steps.Count),
                    Words.Snake(w.OnFailure), w.Description ?? "",
                ]);
        });
        return list;
    }

    private static ExplainedCommand Show()
    {
        var show = new ExplainedCommand("show", "Show a workflow.", "longshore workflows show intake --version 2")
        {
            Name, Namespace, Version,
        };
        show.SetAction(async (parsed, ct) =>
        {
            using var connection = Connection.Open(parsed);
            return Show(
                parsed,
                await connection.Client.GetWorkflowAsync(
                    parsed.GetValue(Namespace) ?? "default", parsed.GetValue(Name)!, parsed.GetValue(Version), ct)
                    .ConfigureAwait(false));
        });
        return show;
    }

    private static int Show(ParseResult parsed, Workflow workflow)
    {
        if (parsed.WantsJson())
        {
            Output.Json(WorkflowWire.Of(workflow));
            return 0;
        }

        Output.Fields(
            ("name", workflow.Name),
            ("namespace", workflow.Namespace),
            ("version", Output.Number(workflow.Version)),
            ("on failure", Words.Snake(workflow.OnFailure)),
            ("on end", workflow.OnEnd?.Kind ?? ""),
            ("description", workflow.Description ?? ""));
        Output.Table(
            ["STEP", "KIND", "AFTER", "WHEN", "ALSO"],
            workflow.Steps.Select(step => (string[])[
                step.Name,
                step.Task?.Kind ?? "workflow " + step.Workflow,
                string.Join(", ", step.DependsOn),
                step.When is { } when ? $"{when.Step} {when.Path} {Words.Snake(when.Is)} {when.Value}" : "",
                string.Join(", ", Notes(step)),
            ]));
        return 0;
    }

    private static IEnumerable<string> Notes(WorkflowStep step)
    {
        if (step.IsOptional)
        {
            yield return "optional";
        }

        if (step.IsExclusive)
        {
            yield return "exclusive";
        }

        if (step.Overlap is { } overlap)
        {
            yield return $"{overlap.Answers} answers, at most {overlap.Most ?? overlap.Answers}";
        }

        if (step.Compensate is { } compensate)
        {
            yield return "compensated by " + compensate.Kind;
        }
    }
}
