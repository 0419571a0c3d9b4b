using Longshore.Hosting;

namespace Longshore.Cli.Demo;

/// <summary>The crew of the demo: different capabilities, different capacities, one of them unreliable.</summary>
internal static class DemoAgents
{
    public static LongshoreBuilder AddCrew(this LongshoreBuilder builder) => builder
        .AddAgent("digest-fast", agent => agent.Handle<DigestHandler>(h => h.Runs(4)))
        .AddAgent("digest-slow", agent => agent.Handle<DigestHandler>(h => h.Runs(1)))
        .AddAgent("reader", agent => agent.Handle<TextHandler>(h => h.Runs(3)))
        .AddAgent("validator", agent => agent.Handle<ValidityHandler>(h => h.Runs(2)))
        .AddAgent("librarian", agent => agent.Handle<LinksHandler>(h => h.Runs(2)))
        .AddAgent("outliner", agent => agent.Handle<OutlineHandler>(h => h.Runs(2)))
        .AddAgent("outliner-flaky", agent => agent.Handle<FlakyOutlineHandler>(h => h.Runs(2)));

    /// <summary>
    /// Without prefetch, so that each agent gets a share that fits its capacity: a prefetching one may take a small
    /// folder whole.
    /// </summary>
    private static void Runs(this HandlerOptions options, int atOnce) =>
        (options.Concurrency, options.Prefetch) = (atOnce, 0);
}
