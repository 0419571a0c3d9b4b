using System.ComponentModel.DataAnnotations;
using Longshore;
using Longshore.Client;
using Longshore.Events;
using Longshore.Hosting;
using Longshore.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddLongshore().UseSqlite("hello.db").AddHandler<Greeter>(options => options.Concurrency = 10);
using var host = builder.Build();
await host.StartAsync();

var client = host.Services.GetRequiredService<ILongshoreClient>();
var task = await client.EnqueueAsync<Greeter, Greeting>(
    new Greeting("Ada"), with => with with { Priority = 8, MaxAttempts = 3 });
await client.FollowEventsAsync(0).FirstAsync(e => e.TaskId == task.Id && e.Type == EventTypes.TaskCompleted);
Console.WriteLine((await client.GetTaskAsync(task.Id)).Result);
await host.StopAsync();

internal sealed record Greeting([StringLength(100)] string Name);

[TaskKind("greet")]
internal sealed class Greeter : TaskHandler<Greeting>
{
    public override async ValueTask<TaskResult> HandleAsync(Greeting payload, TaskContext context, CancellationToken ct)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, ct);
        return TaskResult.Done(new { text = $"Hello, {payload.Name}!" });
    }
}
