namespace Longshore.Server.Alerts;

/// <summary>How a server sends alerts to webhooks, and whereto it may.</summary>
public sealed class WebhookOptions
{
    /// <summary>False: it sends none, and leaves that to other servers of the store.</summary>
    public bool Sends { get; set; } = true;

    /// <summary>
    /// True: private, loopback and link-local addresses may be reached, too. False unless a webhook of your own network
    /// is to be told: whoever may write rules could otherwise have this server ask its neighbours.
    /// </summary>
    public bool AllowsPrivateAddresses { get; set; }

    /// <summary>Only these hosts may be reached; empty means all.</summary>
    public IList<string> Hosts { get; } = [];

    /// <summary>How long an answer may take. Ten seconds by default.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many deliveries are under way at once. 8 by default.</summary>
    public int Concurrency { get; set; } = 8;
}
