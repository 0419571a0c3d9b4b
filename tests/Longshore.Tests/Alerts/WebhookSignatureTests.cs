using System.Text;
using Longshore.Alerts;

namespace Longshore.Tests.Alerts;

public sealed class WebhookSignatureTests
{
    private const string Secret = "a-secret-of-sixteen";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"type":"task_failed"}""");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);

    [Fact]
    public void Signature_is_the_hmac_of_timestamp_and_body() =>
        // printf '1900000000.{"type":"task_failed"}' | openssl dgst -sha256 -hmac a-secret-of-sixteen
        WebhookSignature.Of(Secret, 1_900_000_000, Body)
            .ShouldBe("v1=32adcbfa6371611cba681d320b93e926a40d40cc74dae1bc72371a7bc39433d1");

    [Fact]
    public void Signature_is_right_for_its_secret_body_and_time_only()
    {
        var signature = WebhookSignature.Of(Secret, Now.ToUnixTimeSeconds(), Body);
        IsRight().ShouldBeTrue();
        IsRight(at: Now.AddMinutes(4)).ShouldBeTrue();
        IsRight(at: Now.AddMinutes(6)).ShouldBeFalse();
        IsRight(at: Now.AddMinutes(-6)).ShouldBeFalse();
        IsRight(secret: "another-secret-of-it").ShouldBeFalse();
        IsRight(timestamp: "1900000001").ShouldBeFalse();
        IsRight(timestamp: "soon").ShouldBeFalse();
        WebhookSignature.IsRight(Secret, "1900000000", null, Body, Now, TimeSpan.FromMinutes(5)).ShouldBeFalse();
        WebhookSignature.IsRight(Secret, "1900000000", signature, Body.AsSpan(1), Now, TimeSpan.FromMinutes(5))
            .ShouldBeFalse();

        bool IsRight(string secret = Secret, string timestamp = "1900000000", DateTimeOffset? at = null) =>
            WebhookSignature.IsRight(secret, timestamp, signature, Body, at ?? Now, TimeSpan.FromMinutes(5));
    }
}
