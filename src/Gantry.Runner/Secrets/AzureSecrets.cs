using Gantry.Engine;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;

namespace Gantry.Runner.Secrets;

/// <summary>Azure Key Vault: the job's ID token is traded for one of Entra.</summary>
internal sealed class AzureSecrets(CloudContext cloud) : ISecretStore
{
    private const string ApiVersion = "7.4";

    public string Member => "azure_key_vault";

    public string Name => "azure-key-vault";

    public async Task<Secret> FetchAsync(SecretText definition, CancellationToken cancellationToken)
    {
        var url = definition.NeedUrl("server.url");
        var token = await new AzureIdentity(cloud).ForAssertionAsync(
            definition.Need("server.tenant_id"), definition.Need("server.client_id"), new Secret(definition.Need("server.jwt")), ResourceOf(url), cancellationToken);
        var version = definition.Get("version") is { Length: > 0 } given ? "/" + CloudText.Escape(given) : "";
        var address = new Uri($"{url}/secrets/{CloudText.Escape(definition.Need("name"))}{version}?api-version={ApiVersion}");
        ServiceAnswer answer;
        try
        {
            answer = await cloud.Http.CallAsync(
                new ServiceCall(HttpMethod.Get, address) { Headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token.Reveal()}" } },
                cancellationToken);
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

        if (answer.IsSuccess && view is { } root && root.TryGetProperty("value", out var value))
        {
            return new Secret(SecretText.ValueOf(value));
        }

        var why = view is { } refused && refused.TryGetProperty("error", out var error) && error.TryGetProperty("message", out var message)
            ? CloudText.OneLine(SecretText.ValueOf(message) ?? "")
            : "";
        throw definition.Refused(address, answer.Status, why, "Give the application the role \"Key Vault Secrets User\" on the vault");
    }

    /// <summary><c>x.vault.azure.cn</c> takes tokens for <c>vault.azure.cn</c>.</summary>
    private static string ResourceOf(string url)
    {
        var host = new Uri(url).Host;
        var at = host.IndexOf(".vault.", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "https://vault.azure.net" : $"https://{host[(at + 1)..]}";
    }
}
