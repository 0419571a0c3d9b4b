// An annotation project: two people label each picture, a third one when they differ, and an expert decides when there
// is no agreement; then one person describes the picture and another one checks that.
// Usage: Annotation [ITEMS] [DATABASE]
using System.Globalization;
using Annotation;
using Longshore;
using Longshore.Client;
using Longshore.Hosting;
using Longshore.Sqlite;
using Longshore.Storage;
using Longshore.Tasks;
using Longshore.Workflows;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var items = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 40;
var builder = Host.CreateApplicationBuilder();
var longshore = builder.Services.AddLongshore().UseSqlite(args.Length > 1 ? args[1] : "annotation.db")
    .AddWorkflow(new WorkflowBuilder("picture")
        .Step<Label>(s => s.Requires("pictures").Overlap(
            new StepOverlap { Answers = 2, Most = 3, Path = "label", Enough = 0.6, Choices = Picture.Labels.Length }))
        .Step<Decide>(s => s.After<Label>().Requires("expert").When("label", "agreed", Comparison.Equal, false))
        .Step<Describe>(s => s.After<Label>().After<Decide>().Requires("pictures").Exclusive())
        .Step<Check>(s => s.After<Describe>().Requires("pictures").Exclusive()));
foreach (var name in new[] { "ada-1", "ben-2", "cleo-3", "dora-4" })
{
    longshore.AddAgent(name, agent => agent.Capabilities("pictures")
        .Handle<Label>().Handle<Describe>().Handle<Check>());
}

longshore.AddAgent("ed-expert", agent => agent.Capabilities("expert").Handle<Decide>());
using var host = builder.Build();
await host.StartAsync();

var client = host.Services.GetRequiredService<ILongshoreClient>();
for (var i = 0; i < items; i++)
{
    await client.StartRunAsync(new RunRequest("picture")
    {
        Code = string.Create(CultureInfo.InvariantCulture, $"picture-{i}"),
        Input = JsonText.From(new Picture(i), PayloadJson.Options),
    });
}

var clock = TimeProvider.System;
var started = clock.GetTimestamp();
IReadOnlyList<WorkflowRun> runs;
do
{
    await Task.Delay(TimeSpan.FromMilliseconds(100), clock);
    runs = (await client.ListRunsAsync(new RunQuery { Workflow = "picture", Limit = 1000 })).Items;
}
while (runs.Any(run => run.State == RunState.Running) && clock.GetElapsedTime(started) < TimeSpan.FromMinutes(2));

var tally = new Tally();
foreach (var run in runs)
{
    tally.Add(await client.ListRunStepsAsync(run.Id));
}

await host.StopAsync();
Console.WriteLine($"{runs.Count(r => r.State == RunState.Done)} of {items} pictures done: {tally}");
return runs.All(run => run.State == RunState.Done) && tally.IsSound ? 0 : 1;
