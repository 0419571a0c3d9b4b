using Microsoft.Extensions.DependencyInjection;

namespace Longshore;

/// <summary>
/// Where stores, handlers and the server hook themselves in: <c>services.AddLongshore().UseSqlite(path)</c>.
/// </summary>
/// <param name="services">The services being composed.</param>
public sealed class LongshoreBuilder(IServiceCollection services)
{
    /// <summary>The services being composed.</summary>
    public IServiceCollection Services { get; } = services;
}
