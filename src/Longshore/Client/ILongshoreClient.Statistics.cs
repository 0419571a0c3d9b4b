namespace Longshore.Client;

/// <content>How attempts went.</content>
public partial interface ILongshoreClient
{
    /// <summary>
    /// How the attempts that ended within a window went, by kind; from what is stored, in bounded time.
    /// </summary>
    /// <exception cref="LongshoreException">invalid_input.</exception>
    Task<Statistics> GetStatisticsAsync(StatisticsQuery query, CancellationToken ct = default);
}
