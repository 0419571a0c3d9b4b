using Longshore.Agents;
using Longshore.Capabilities;
using Longshore.Client;

namespace Longshore.Server.Tests.Client;

/// <summary>What the suites over every implementation of the façade share.</summary>
public abstract class FacadeConformance : ServedTests
{
    private protected ILongshoreClient Client => field ??= ClientOf(Server);

    private protected abstract ILongshoreClient ClientOf(TestServer server);

    protected Task<Agent> RegisterAsync(string name, params string[] capabilities) =>
        RegisterAsync(name, 1, capabilities);

    protected Task<Agent> RegisterAsync(string name, int max, params string[] capabilities) => Client.RegisterAsync(
        new AgentRegistration
        {
            Name = name,
            MaxConcurrent = max,
            Capabilities = [.. capabilities.Select(c => Capability.Parse(c))],
        },
        Ct);

    protected static async Task<LongshoreException> ShouldFailAsync(ErrorCode code, Func<Task> call)
    {
        var error = await Should.ThrowAsync<LongshoreException>(call);
        error.Code.ShouldBe(code, error.Message);
        error.Message.ShouldNotBeNullOrWhiteSpace();
        return error;
    }
}
