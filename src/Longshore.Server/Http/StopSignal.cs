using Microsoft.Extensions.Hosting;

namespace Longshore.Server.Http;

/// <summary>Says when the host stops, so that long polls and event streams end instead of holding it up.</summary>
internal sealed class StopSignal(IHostApplicationLifetime lifetime)
{
    public CancellationToken Stopping => lifetime.ApplicationStopping;
}
