using Longshore.Rules;
using Longshore.Tasks;

namespace Longshore.Client;

/// <content>Alerts; who is told of what stands in the <see cref="AlertRules"/> of a namespace.</content>
public partial interface ILongshoreClient
{
    /// <summary>
    /// Sends one delivery of the type <c>test</c> to a webhook, tried once. Answers the id of its task, which is done
    /// when the webhook took it, and failed with the reason when it did not (<see cref="TaskState"/>).
    /// </summary>
    /// <exception cref="LongshoreException">not_found: the namespace has no such webhook; invalid_input.</exception>
    Task<long> TestWebhookAsync(string @namespace, string webhook, CancellationToken ct = default);
}
