using Longshore.Agents;
using Longshore.Engine;
using Longshore.Hosting.Testing;
using Longshore.Storage;
using Longshore.Tests;

namespace Longshore.Stores.Tests.Conformance;

/// <summary>What suites share in which nodes run by a clock that the test moves.</summary>
public abstract class TimedSuite<TSource> : StoreSuite<TSource>
    where TSource : StoreSource, new()
{
    protected override StoreOptions Options => new() { Clock = Time, Seed = 7 };

    protected ManualTimeProvider Time { get; } = new();

    /// <summary>The agents that are heard of, however fast time goes.</summary>
    protected HashSet<string> Present { get; } = new(StringComparer.Ordinal);

    /// <summary>How far time goes between two looks.</summary>
    protected virtual TimeSpan Step => TimeSpan.FromMilliseconds(500);

    /// <summary>An agent registers, and is heard of from now on.</summary>
    protected Task<Agent> Join(LongshoreEngine node, AgentRegistration registration)
    {
        Present.Add(registration.Name);
        return node.Client.RegisterAsync(registration, Ct);
    }

    /// <summary>Time goes by in which everybody present is heard of.</summary>
    protected async Task PassAsync(TimeSpan time)
    {
        await Store.Agents.HeartbeatAsync([.. Present], null, Ct);
        Time.Advance(time);
    }

    /// <summary>Lets time go by until the condition holds.</summary>
    protected Task Eventually(Func<Task<bool>> condition, string what) => Eventually(condition, Step, what);

    /// <summary>As above, step by step.</summary>
    protected Task Eventually(Func<Task<bool>> condition, TimeSpan step, string what) => Until.Holds(
        async () =>
        {
            if (await condition())
            {
                return true;
            }

            await PassAsync(step);
            return false;
        },
        what);
}
