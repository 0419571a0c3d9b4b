using System.Globalization;
using Longshore.Client;
using Longshore.Client.Wire;
using Longshore.Storage;
using Longshore.Workflows;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Longshore.Server.Http;

/// <summary>Workflows and their runs.</summary>
internal static class WorkflowsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/workflows", ListAsync).WithTags("workflows")
            .Produces<PageWire<WorkflowWire>>().WithName("listWorkflows");
        var one = api.MapGroup("/namespaces/{namespace}/workflows/{name}").WithTags("workflows");
        one.MapGet("", GetAsync).Produces<WorkflowWire>().WithName("getWorkflow");
        one.MapPut("", PutAsync).Accepts<WorkflowWire>("application/json")
            .Produces<WorkflowWire>().WithName("putWorkflow");
        one.MapPost("/runs", StartAsync).Accepts<RunRequestWire>("application/json")
            .Produces<StartedRunWire>().WithName("startRun");
        var runs = api.MapGroup("/runs").WithTags("workflows");
        runs.MapGet("", ListRunsAsync).Produces<PageWire<RunWire>>().WithName("listRuns");
        runs.MapGet("/by-code", FindAsync).Produces<RunWire>().WithName("findRun");
        runs.MapGet("/{id:long}", GetRunAsync).Produces<RunWire>().WithName("getRun");
        runs.MapGet("/{id:long}/steps", StepsAsync).Produces<RunStepListWire>().WithName("listRunSteps");
        runs.MapPost("/{id:long}/cancel", CancelAsync).Accepts<ReasonWire>("application/json")
            .Produces<RunWire>().WithName("cancelRun");
        runs.MapPost("/{id:long}/retry", RetryAsync).Produces<RunWire>().WithName("retryRun");
        runs.MapPost("/{id:long}/resolve", ResolveAsync).Accepts<ResolveStepWire>("application/json")
            .Produces<RunWire>().WithName("resolveStep");
        api.MapPost("/tasks/{id:long}/steps", AddAsync).WithTags("workflows")
            .Accepts<MoreStepsWire>("application/json").Produces<RunWire>().WithName("addSteps");
    }

    private static async Task<IResult> ListAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "namespace", "after", "limit");
        var asked = new WorkflowQuery { Namespace = query.Text("namespace"), After = query.Text("after") };
        var page = await client.ListWorkflowsAsync(asked with { Limit = query.Int("limit") ?? asked.Limit }, ct);
        return Answer.Json(new PageWire<WorkflowWire>([.. page.Items.Select(WorkflowWire.Of)], page.Next));
    }

    private static async Task<IResult> GetAsync(
        string @namespace, string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var version = new QueryString(request, "version").Int("version");
        return Answer.Json(WorkflowWire.Of(await client.GetWorkflowAsync(@namespace, name, version, ct)));
    }

    private static async Task<IResult> PutAsync(
        string @namespace, string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<WorkflowWire>(request, ct);
        Demand(body.Name, name, "name");
        Demand(body.Namespace, @namespace, "namespace");
        var workflow = (body with { Name = name, Namespace = @namespace }).ToWorkflow();
        return Answer.Json(WorkflowWire.Of(await client.PutWorkflowAsync(workflow, ct)));
    }

    private static async Task<IResult> StartAsync(
        string @namespace, string name, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<RunRequestWire>(request, ct);
        var which = body.Version is { } version
            ? string.Create(CultureInfo.InvariantCulture, $"{name}@{version}")
            : name;
        var asked = new RunRequest(which)
        {
            Namespace = @namespace,
            Code = body.Code,
            Input = body.Input ?? default,
            CorrelationId = body.CorrelationId,
        };
        return Answer.Json(StartedRunWire.Of(await client.StartRunAsync(asked, ct)));
    }

    private static async Task<IResult> ListRunsAsync(
        HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "namespace", "workflow", "state", "after", "limit");
        var asked = new RunQuery
        {
            Namespace = query.Text("namespace"),
            Workflow = query.Text("workflow"),
            State = query.Text("state") is { } state ? Words.Parse<RunState>(state, "state") : null,
            After = query.Text("after"),
        };
        var page = await client.ListRunsAsync(asked with { Limit = query.Int("limit") ?? asked.Limit }, ct);
        return Answer.Json(new PageWire<RunWire>([.. page.Items.Select(RunWire.Of)], page.Next));
    }

    private static async Task<IResult> FindAsync(HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var query = new QueryString(request, "namespace", "code");
        var run = await client.FindRunAsync(query.Text("namespace") ?? "default", query.Text("code") ?? "", ct);
        return Answer.Json(RunWire.Of(run));
    }

    private static async Task<IResult> GetRunAsync(long id, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(RunWire.Of(await client.GetRunAsync(id, ct)));

    private static async Task<IResult> StepsAsync(long id, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(new RunStepListWire([.. (await client.ListRunStepsAsync(id, ct)).Select(RunStepWire.Of)]));

    private static async Task<IResult> CancelAsync(
        long id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadOrEmptyAsync<ReasonWire>(request, ct);
        return Answer.Json(RunWire.Of(await client.CancelRunAsync(id, body.Reason, ct)));
    }

    private static async Task<IResult> RetryAsync(long id, ILongshoreClient client, CancellationToken ct) =>
        Answer.Json(RunWire.Of(await client.RetryRunAsync(id, ct)));

    private static async Task<IResult> ResolveAsync(
        long id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<ResolveStepWire>(request, ct);
        return Answer.Json(RunWire.Of(await client.ResolveStepAsync(id, body.Step, body.Result ?? default, ct)));
    }

    private static async Task<IResult> AddAsync(
        long id, HttpRequest request, ILongshoreClient client, CancellationToken ct)
    {
        var body = await Body.ReadAsync<MoreStepsWire>(request, ct);
        return Answer.Json(RunWire.Of(await client.AddStepsAsync(id, body.Epoch, StepWire.ToSteps(body.Steps), ct)));
    }

    private static void Demand(string? said, string meant, string field)
    {
        if (said is not null && said != meant)
        {
            throw LongshoreException.Invalid(field, $"is '{said}', and '{meant}' in the path; leave it out");
        }
    }
}
