using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;

namespace Gantry.Runner.Secrets;

/// <summary>GCP Secret Manager: the job's ID token is traded through workload identity federation.</summary>
internal sealed class GoogleSecrets(CloudContext cloud) : ISecretStore
{
    private const string Universe = "googleapis.com";

    public string Member => "gcp_secret_manager";

    public string Name => "gcp_secret_manager";

    public async Task<Secret> FetchAsync(SecretText definition, CancellationToken cancellationToken)
    {
        var token = await TokenAsync(definition, cancellationToken);
        var name = definition.Need("name");
        var full = name.StartsWith("projects/", StringComparison.Ordinal) ? name.Trim('/') : $"projects/{definition.Need("server.project_number")}/secrets/{name}";
        var version = definition.Get("version") is { Length: > 0 } given ? given : "latest";
        var address = new Uri($"{cloud.Google("secretmanager", Universe)}/v1/{CloudText.EscapePath(full)}/versions/{CloudText.Escape(version)}:access");
        ServiceAnswer answer;
        try
        {
            answer = await cloud.Http.CallAsync(
                new ServiceCall(HttpMethod.Get, address) { Headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" } }, cancellationToken);
        }
        catch (ServiceException broken)
        {
            throw definition.Unreachable(broken);
        }

        var view = SecretText.Parse(answer.Body);
        if (answer.Status == 404)
        {
            return default;
        }

        if (!answer.IsSuccess || view is not { } root || !root.TryGetProperty("payload", out var payload))
        {
            throw definition.Refused(address, answer.Status, Why(view), "Give the federated identity the role \"Secret Manager Secret Accessor\"");
        }

        return ValueOf(definition, payload);
    }

    private static Secret ValueOf(SecretText definition, JsonElement payload)
    {
        byte[] bytes;
        try
        {
            bytes = payload.TryGetProperty("data", out var data) ? Convert.FromBase64String(data.GetString() ?? "") : [];
        }
        catch (FormatException)
        {
            throw definition.Problem("data corruption detected: the answer is not Base64", isOutage: true);
        }

        if (payload.TryGetProperty("dataCrc32c", out var sum) && SecretText.ValueOf(sum) is { } text
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var expected) && expected != Crc32C(bytes))
        {
            throw definition.Problem("data corruption detected: the checksum does not fit", isOutage: true);
        }

        return new Secret(Encoding.UTF8.GetString(bytes));
    }

    /// <summary>Castagnoli's polynomial, as the service computes it.</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes)
        {
            sum = BitOperations.Crc32C(sum, b);
        }

        return ~sum;
    }

    private async Task<string> TokenAsync(SecretText definition, CancellationToken cancellationToken)
    {
        var pool = definition.Need("server.workload_identity_federation_pool_id");
        var provider = definition.Need("server.workload_identity_federation_provider_id");
        var audience = $"//iam.googleapis.com/projects/{definition.Need("server.project_number")}/locations/global/workloadIdentityPools/{pool}/providers/{provider}";
        var address = new Uri($"{cloud.Google("sts", Universe)}/v1/token");
        var body = CloudText.Query(
        [
            ("audience", audience), ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"), ("scope", "https://www.googleapis.com/auth/cloud-platform"),
            ("subject_token", definition.Need("server.jwt")), ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ]);
        ServiceAnswer answer;
        try
        {
            answer = await cloud.Http.CallAsync(
                new ServiceCall(HttpMethod.Post, address) { Body = body, ContentType = "application/x-www-form-urlencoded" }, cancellationToken);
        }
        catch (ServiceException broken)
        {
            throw definition.Unreachable(broken);
        }

        var view = CloudJson.Read(answer.Body, CloudJson.Default.OAuthTokenView);
        return answer.IsSuccess && view?.AccessToken is { Length: > 0 } token
            ? token
            : throw definition.Refused(
                address, answer.Status, CloudText.OneLine(view?.Description ?? view?.Error ?? ""),
                $"Check the pool \"{pool}\", the provider \"{provider}\" and the audience of the ID token");
    }

    private static string Why(JsonElement? view) =>
        view is { } root && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message)
            ? CloudText.OneLine(SecretText.ValueOf(message) ?? "")
            : "";
}
