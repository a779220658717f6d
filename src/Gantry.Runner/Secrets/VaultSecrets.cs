using System.Text;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;

namespace Gantry.Runner.Secrets;

/// <summary>HashiCorp Vault: login with the job's ID token, then one read.</summary>
internal sealed class VaultSecrets(CloudContext cloud) : ISecretStore
{
    public string Member => "vault";

    public string Name => "vault";

    public async Task<Secret> FetchAsync(SecretText definition, CancellationToken cancellationToken)
    {
        var url = definition.NeedUrl("server.url");
        var headers = new Dictionary<string, string>();
        if (definition.Get("server.namespace") is { Length: > 0 } area)
        {
            headers["X-Vault-Namespace"] = area;
        }

        headers["X-Vault-Token"] = await LoginAsync(definition, url, headers, cancellationToken);
        return await VaultReading.ReadAsync(cloud, definition, new VaultPlace(url, headers), cancellationToken);
    }

    private async Task<string> LoginAsync(SecretText definition, string url, Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        var method = definition.Get("server.auth.name");
        if (method is not ("jwt" or ""))
        {
            throw definition.Problem($"the auth method \"{method}\" is not known; use jwt");
        }

        var path = definition.Get("server.auth.path") is { Length: > 0 } given ? given.Trim('/') : "jwt";
        var role = definition.Get("server.auth.data.role");
        var address = new Uri($"{url}/v1/auth/{CloudText.EscapePath(path)}/login");
        var body = $$"""{"jwt":"{{JsonEncodedText.Encode(definition.Need("server.auth.data.jwt"))}}"{{(role.Length > 0 ? $",\"role\":\"{JsonEncodedText.Encode(role)}\"" : "")}}}""";
        ServiceAnswer answer;
        try
        {
            answer = await cloud.Http.CallAsync(new ServiceCall(HttpMethod.Put, address) { Headers = headers, Body = body }, cancellationToken);
        }
        catch (ServiceException broken)
        {
            throw definition.Unreachable(broken);
        }

        var view = SecretText.Parse(answer.Body);
        if (answer.IsSuccess && view is { } root && root.TryGetProperty("auth", out var auth) && auth.ValueKind == JsonValueKind.Object
            && auth.TryGetProperty("client_token", out var token) && token.GetString() is { Length: > 0 } text)
        {
            return text;
        }

        throw definition.Refused(
            address, answer.Status, VaultReading.Errors(view),
            $"Check the auth path \"{path}\", the role \"{role}\" with its bound claims, and the audience of the ID token");
    }
}

/// <summary>Where to read, and as whom.</summary>
internal sealed record VaultPlace(string Url, IReadOnlyDictionary<string, string> Headers);

/// <summary>Reads of a key-value engine, versions 1 and 2.</summary>
internal static class VaultReading
{
    public static async Task<Secret> ReadAsync(CloudContext cloud, SecretText definition, VaultPlace place, CancellationToken cancellationToken)
    {
        var engine = definition.Get("engine.name");
        var mount = definition.Need("engine.path").Trim('/');
        var path = definition.Need("path").Trim('/');
        var full = engine switch
        {
            "kv-v2" or "" => $"{mount}/data/{path}",
            "kv-v1" or "generic" => $"{mount}/{path}",
            _ => throw definition.Problem($"the engine \"{engine}\" is not known; use kv-v2, kv-v1 or generic"),
        };
        var address = new Uri($"{place.Url}/v1/{CloudText.EscapePath(full)}");
        ServiceAnswer answer;
        try
        {
            answer = await cloud.Http.CallAsync(new ServiceCall(HttpMethod.Get, address) { Headers = place.Headers }, cancellationToken);
        }
        catch (ServiceException broken)
        {
            throw definition.Unreachable(broken);
        }

        var view = SecretText.Parse(answer.Body);
        if (answer.Status == 404 && Errors(view).Length == 0)
        {
            return default;
        }

        if (!answer.IsSuccess || view is not { } root || !root.TryGetProperty("data", out var data))
        {
            throw definition.Refused(address, answer.Status, Errors(view), "Check the engine's path and version, and that the role's policy allows to read the path");
        }

        if (engine is "kv-v2" or "" && data.ValueKind == JsonValueKind.Object)
        {
            data = data.TryGetProperty("data", out var inner) ? inner : default;
        }

        return data.ValueKind == JsonValueKind.Object && data.TryGetProperty(definition.Need("field"), out var value)
            ? new Secret(SecretText.ValueOf(value))
            : default;
    }

    /// <summary>What the server says went wrong.</summary>
    public static string Errors(JsonElement? view) =>
        view is { } root && root.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
            ? CloudText.OneLine(string.Join("; ", errors.EnumerateArray().Select(SecretText.ValueOf)))
            : "";
}

/// <summary>GitLab's own store (OpenBao): the ID token goes with each request, there is no login.</summary>
internal sealed class GitLabSecrets(CloudContext cloud) : ISecretStore
{
    public string Member => "gitlab_secrets_manager";

    public string Name => "gitlab_secrets_manager";

    public async Task<Secret> FetchAsync(SecretText definition, CancellationToken cancellationToken)
    {
        var url = definition.NeedUrl("server.url");
        var path = definition.Get("server.inline_auth.path") is { Length: > 0 } given
            ? given
            : $"auth/{definition.Need("server.inline_auth.auth_mount")}/login";
        var headers = new Dictionary<string, string>
        {
            ["X-Vault-Inline-Auth-Path"] = path,
            ["X-Vault-Inline-Auth-Parameter-jwt"] = Parameter("jwt", definition.Need("server.inline_auth.jwt")),
        };
        if (definition.Get("server.inline_auth.role") is { Length: > 0 } role)
        {
            headers["X-Vault-Inline-Auth-Parameter-role"] = Parameter("role", role);
        }

        if (definition.Get("server.namespace") is { Length: > 0 } area)
        {
            headers["X-Vault-Namespace"] = area;
        }

        return await VaultReading.ReadAsync(cloud, definition, new VaultPlace(url, headers), cancellationToken);
    }

    private static string Parameter(string key, string value) => System.Buffers.Text.Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes($$"""{"key":"{{key}}","value":"{{JsonEncodedText.Encode(value)}}"}"""));
}
