using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Longshore.Agents;
using Longshore.Alerts;
using Longshore.Capabilities;
using Longshore.Engine;
using Longshore.Rules;
using Longshore.Storage;
using Longshore.Tasks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Longshore.Server.Alerts;

/// <summary>
/// Does the tasks that tell webhooks: posts the alert, signed with the secret that the rules have for it by then. What
/// is not answered with success is a failed attempt of the task. It registers as an agent once there is a webhook.
/// </summary>
internal sealed class WebhookCourier(
    LongshoreEngine engine, IOptions<WebhookOptions> options, ILogger<WebhookCourier> logger) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(30);
    private readonly WebhookOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = (context, ct) => PublicAddresses.ConnectAsync(context, _options, ct),
        })
        { Timeout = _options.Timeout };
        while (_options.Sends && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await HasWebhooksAsync(stoppingToken).ConfigureAwait(false))
                {
                    await WorkAsync(http, stoppingToken).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                logger.LogError(e, "Webhooks are not told; it tries again");
            }

            await Task.Delay(LookAgain, engine.Options.Clock, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> HasWebhooksAsync(CancellationToken ct) =>
        (await engine.Store.Rules.ListAsync(ct).ConfigureAwait(false)).Values
            .Any(rules => rules.Alerts is { Webhooks.Count: > 0 });

    private async Task WorkAsync(HttpClient http, CancellationToken ct)
    {
        var agent = AgentName(engine.NodeName);
        await engine.Client.RegisterAsync(
            new AgentRegistration
            {
                Name = agent,
                Namespaces = [Delivery.Namespace],
                Kinds = [Delivery.Kind],
                Capabilities = [Capability.Parse(Delivery.Capability)],
                MaxConcurrent = _options.Concurrency,
            },
            ct).ConfigureAwait(false);
        var places = new Task[_options.Concurrency];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = SendAllAsync(http, agent, ct);
        }

        await Task.WhenAll(places).ConfigureAwait(false);
    }

    private async Task SendAllAsync(HttpClient http, string agent, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var request = new ClaimRequest { Agent = agent, Max = 1, Lease = _options.Timeout + Spare };
            foreach (var grant in await engine.Client.ClaimAsync(request, Wait, ct).ConfigureAwait(false))
            {
                var finish = await SendAsync(http, grant, ct).ConfigureAwait(false);
                try
                {
                    await engine.Client.FinishAsync(finish, CancellationToken.None).ConfigureAwait(false);
                }
                catch (LongshoreException e) when (e.Code == ErrorCode.StaleClaim)
                {
                    // It took too long and is somebody else's; it may be told twice.
                }
            }
        }
    }

    private async Task<Finish> SendAsync(HttpClient http, Grant grant, CancellationToken ct)
    {
        var finish = new Finish { TaskId = grant.TaskId, Epoch = grant.Epoch, Kind = FinishKind.Fail };
        try
        {
            var payload = JsonNode.Parse(grant.Task.Spec.Payload.Utf8)!;
            var (space, name) = ((string)payload["namespace"]!, (string)payload["webhook"]!);
            var rules = await engine.Store.Rules.GetAsync(space, ct).ConfigureAwait(false);
            if (rules.Alerts?.Webhooks.FirstOrDefault(known => known.Name == name) is not { } webhook)
            {
                return finish with { Kind = FinishKind.Cancel, Error = $"'{space}' has no webhook '{name}' any more" };
            }

            using var request = Request(webhook, grant.TaskId, payload["alert"]!.ToJsonString());
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct)
                .ConfigureAwait(false);
            return answer.IsSuccessStatusCode
                ? finish with { Kind = FinishKind.Complete }
                : finish with
                {
                    Error = string.Create(
                    CultureInfo.InvariantCulture, $"{webhook.Url} answered {(int)answer.StatusCode}")
                };
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return finish with { Kind = FinishKind.Release, Error = "the server stops" };
        }
        catch (OperationCanceledException)
        {
            return finish with { Error = $"no answer within {_options.Timeout.TotalSeconds:0.###} s" };
        }
        catch (Exception e)
        {
            return finish with { Error = e.InnerException?.Message ?? e.Message };
        }
    }

    private HttpRequestMessage Request(Webhook webhook, long delivery, string alert)
    {
        var body = System.Text.Encoding.UTF8.GetBytes(alert);
        var timestamp = engine.Options.Clock.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Longshore", null));
        request.Headers.Add(
            WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Of(webhook.Secret!, timestamp, body));
        request.Headers.Add(
            WebhookSignature.DeliveryHeader, delivery.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    /// <summary>One agent for each node: a second that registers would take the first one's claims.</summary>
    private static string AgentName(string node)
    {
        var word = string.Concat(node.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        var name = "webhooks-" + string.Join('-', word.Split('-', StringSplitOptions.RemoveEmptyEntries));
        return name.Length > Limits.AgentNameLengthMax ? name[..Limits.AgentNameLengthMax].TrimEnd('-') : name;
    }
}
