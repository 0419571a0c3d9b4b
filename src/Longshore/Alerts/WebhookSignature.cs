using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Longshore.Alerts;

/// <summary>
/// What proves that a delivery comes from whoever knows the secret, and when it was sent: HMAC-SHA256 over the
/// timestamp, a full stop and the body.
/// </summary>
public static class WebhookSignature
{
    /// <summary>The header of the instant at which it was sent: seconds since 1970.</summary>
    public const string TimestampHeader = "Longshore-Timestamp";

    /// <summary>The header of the signature: <c>v1=</c> and 64 hexadecimal digits.</summary>
    public const string SignatureHeader = "Longshore-Signature";

    /// <summary>The header of the delivery's task, the same however often it is sent.</summary>
    public const string DeliveryHeader = "Longshore-Delivery";

    /// <summary>The signature of a body sent at an instant.</summary>
    public static string Of(string secret, long timestamp, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var stamp = Encoding.ASCII.GetBytes(timestamp.ToString(CultureInfo.InvariantCulture) + ".");
        byte[] signed = [.. stamp, .. body];
        return "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
    }

    /// <summary>
    /// Whether a signature is right, and its timestamp no further from now than <paramref name="ageMax"/>.
    /// </summary>
    public static bool IsRight(
        string secret, string? timestamp, string? signature, ReadOnlySpan<byte> body, DateTimeOffset now,
        TimeSpan ageMax) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(now.ToUnixTimeSeconds() - seconds) <= ageMax.TotalSeconds
        && signature is not null
        && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(signature), Encoding.ASCII.GetBytes(Of(secret, seconds, body)));
}
