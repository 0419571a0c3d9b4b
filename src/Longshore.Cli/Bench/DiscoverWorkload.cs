using System.Globalization;
using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Client;
using Longshore.Storage;
using Longshore.Tasks;

namespace Longshore.Cli.Bench;

/// <summary>
/// Agents asking what there is for them: each has 5 to 20 of the capabilities, each task requires 1 to 4, and the five
/// best are shown. Tasks are claimed, given back, finished and replaced before it is measured.
/// </summary>
internal sealed class DiscoverWorkload
{
    private const int Seed = 7;
    private const int ChurnRounds = 200;
    private const int ClaimersPerRound = 20;
    private const int ClaimMax = 5;
    private const int Calls = 5000;
    private const int WarmUpCalls = 500;

    private readonly BenchOptions _options;
    private readonly ILongshoreClient _client;
    private readonly Random _random = new(Seed);
    private readonly double[] _weights;
    private readonly Dictionary<string, int> _classes = new(StringComparer.Ordinal);

    private DiscoverWorkload(BenchOptions options, ILongshoreClient client)
    {
        (_options, _client) = (options, client);
        _weights = new double[options.Capabilities];
        var sum = 0.0;
        for (var i = 0; i < _weights.Length; i++)
        {
            sum += options.Zipf ? 1.0 / (i + 1) : 1.0;
            _weights[i] = sum;
        }
    }

    public static async Task<RunFigures> RunAsync(BenchOptions options, CancellationToken ct)
    {
        var node = await BenchNode.StartAsync(options, ct: ct).ConfigureAwait(false);
        await using var _ = node.ConfigureAwait(false);
        var workload = new DiscoverWorkload(options, node.Client);
        await workload.LoadAsync(ct).ConfigureAwait(false);
        for (var i = 0; i < ChurnRounds; i++)
        {
            await workload.ChurnAsync(ct).ConfigureAwait(false);
        }

        await Check.CreatedAsync(node.Client, options.Tasks, ct).ConfigureAwait(false);
        await workload.AskAsync(WarmUpCalls, ct).ConfigureAwait(false);
        return new RunFigures
        {
            Waits = Percentiles.Of(await workload.AskAsync(Calls, ct).ConfigureAwait(false)),
            Classes = workload._classes.Count(c => c.Value > 0),
        };
    }

    private async Task LoadAsync(CancellationToken ct)
    {
        for (var i = 0; i < _options.Agents; i++)
        {
            await _client.RegisterAsync(
                new AgentRegistration
                {
                    Name = Agent(i),
                    MaxConcurrent = ClaimMax * ClaimersPerRound,
                    Capabilities = [.. Some(5, 20).Select(c => new Capability(c))],
                    Reputation = _random.NextDouble(),
                },
                ct).ConfigureAwait(false);
        }

        for (var left = _options.Tasks; left > 0; left -= BenchTasks.BatchSize)
        {
            await SubmitAsync(Math.Min(left, BenchTasks.BatchSize), ct).ConfigureAwait(false);
        }
    }

    /// <summary>Some agents claim; three quarters of that is done and replaced, the rest given back.</summary>
    private async Task ChurnAsync(CancellationToken ct)
    {
        var claims = Enumerable.Range(0, ClaimersPerRound)
            .Select(_ => new ClaimRequest { Agent = Agent(_random.Next(_options.Agents)), Max = ClaimMax })
            .Select(request => _client.ClaimAsync(request, ct: ct))
            .ToList();
        var grants = (await Task.WhenAll(claims).ConfigureAwait(false)).SelectMany(g => g).ToList();
        var done = new List<Task>();
        var completed = 0;
        foreach (var grant in grants)
        {
            var kind = _random.Next(4) == 0 ? FinishKind.Release : FinishKind.Complete;
            if (kind == FinishKind.Complete)
            {
                completed++;
                Count(grant.Task.Spec.Requires, -1);
            }

            var finish = new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = kind };
            done.Add(_client.FinishAsync(finish, ct));
        }

        await Task.WhenAll(done).ConfigureAwait(false);
        await SubmitAsync(completed, ct).ConfigureAwait(false);
    }

    private async Task<double[]> AskAsync(int calls, CancellationToken ct)
    {
        var waits = new double[calls];
        for (var i = 0; i < calls; i++)
        {
            var query = new DiscoverQuery { Agent = Agent(_random.Next(_options.Agents)) };
            var start = TimeProvider.System.GetTimestamp();
            await _client.DiscoverAsync(query, ct: ct).ConfigureAwait(false);
            waits[i] = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        }

        return waits;
    }

    private async Task SubmitAsync(int count, CancellationToken ct)
    {
        var tasks = new NewTask[count];
        for (var i = 0; i < count; i++)
        {
            var requires = Requirement.Canonical(Some(1, 4).Select(c => new Requirement(c)));
            Count(requires, 1);
            tasks[i] = new NewTask { Kind = "work", Priority = _random.Next(11), Requires = requires };
        }

        await _client.SubmitAsync(tasks, ct).ConfigureAwait(false);
    }

    private void Count(IReadOnlyList<Requirement> requires, int tasks)
    {
        var name = string.Join(' ', requires);
        _classes[name] = _classes.GetValueOrDefault(name) + tasks;
    }

    private HashSet<string> Some(int least, int most)
    {
        var count = Math.Min(_random.Next(least, most + 1), _weights.Length);
        var some = new HashSet<string>(StringComparer.Ordinal);
        while (some.Count < count)
        {
            var found = Array.BinarySearch(_weights, _random.NextDouble() * _weights[^1]);
            some.Add(string.Create(CultureInfo.InvariantCulture, $"cap-{(found < 0 ? ~found : found)}"));
        }

        return some;
    }

    private static string Agent(int index) => string.Create(CultureInfo.InvariantCulture, $"agent-{index}");
}
