using System.Net;
using System.Net.Sockets;

namespace Longshore.Server.Alerts;

/// <summary>
/// Connects to where webhooks may be, and nowhere else: the address that was checked is the one connected to.
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] Closed =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/127", "64:ff9b::/96", "fc00::/7",
            "fe80::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    public static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Array.Exists(Closed, network => network.Contains(plain));
    }

    public static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, WebhookOptions options, CancellationToken ct)
    {
        var host = context.DnsEndPoint.Host;
        if (options.Hosts.Count > 0 && !options.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            throw new HttpRequestException($"{host} is none of the hosts that this server may reach");
        }

        IPAddress[] all = IPAddress.TryParse(host, out var given)
            ? [given]
            : await Dns.GetHostAddressesAsync(host, ct).ConfigureAwait(false);
        var allowed = options.AllowsPrivateAddresses ? all : Array.FindAll(all, IsPublic);
        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"{host} has no public address, and this server reaches no others");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
