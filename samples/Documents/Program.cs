// A document pipeline: every few seconds it looks into a folder; each new text file is a run of extract -> chunk ->
// index, where the step "chunk" adds a step for each part that it finds. Usage: Documents FOLDER [DATABASE]
using Documents;
using Longshore;
using Longshore.Client;
using Longshore.Hosting;
using Longshore.Sqlite;
using Longshore.Storage;
using Longshore.Workflows;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

if (args.Length == 0 || !Directory.Exists(args[0]))
{
    await Console.Error.WriteLineAsync("usage: Documents FOLDER [DATABASE]; the folder holds .txt or .md files");
    return 2;
}

var folder = Path.GetFullPath(args[0]);
var builder = Host.CreateApplicationBuilder();
builder.Services.AddSingleton(new Folder(folder));
builder.Services.AddLongshore().UseSqlite(args.Length > 1 ? args[1] : "documents.db")
    .AddWorkflow(new WorkflowBuilder("document").Describe("Reads a text and indexes its words.")
        .Step<Extract>(s => s.Task(t => t with { Timeout = TimeSpan.FromMinutes(1) }))
        .Step<Chunk>(s => s.After<Extract>().When("extract", "words", Comparison.Greater, 0))
        .Step<BuildIndex>(s => s.After<Chunk>()))
    .AddPeriodic<Intake>("*/2 * * * * *")
    .AddHandler<Extract>().AddHandler<Chunk>().AddHandler<Count>(o => o.Concurrency = 8).AddHandler<BuildIndex>();
using var host = builder.Build();
await host.StartAsync();

// What a service would leave running: here it ends when every file that was there has been indexed.
var client = host.Services.GetRequiredService<ILongshoreClient>();
var wanted = Intake.FilesIn(folder).Count();
var clock = TimeProvider.System;
var started = clock.GetTimestamp();
IReadOnlyList<WorkflowRun> runs;
do
{
    await Task.Delay(TimeSpan.FromMilliseconds(200), clock);
    runs = (await client.ListRunsAsync(new RunQuery { Workflow = "document", Limit = 1000 })).Items;
}
while ((runs.Count < wanted || runs.Any(run => run.State == RunState.Running))
    && clock.GetElapsedTime(started) < TimeSpan.FromMinutes(2));

foreach (var run in runs.OrderBy(run => run.Code, StringComparer.Ordinal))
{
    var index = (await client.ListRunStepsAsync(run.Id)).Single(step => step.Name == "index");
    Console.WriteLine($"{run.Code}: {run.State.ToWire()}, {run.Steps} steps, {index.Result}");
}

await host.StopAsync();
var done = runs.Count(run => run.State == RunState.Done);
Console.WriteLine($"{done} of {wanted} documents indexed");
return done == wanted ? 0 : 1;
