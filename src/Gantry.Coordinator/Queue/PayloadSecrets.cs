using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Coordinator.Store;
using Gantry.Protocol.Jobs;

namespace Gantry.Coordinator.Queue;

/// <summary>
/// <c>secrets</c> as the runner resolves them (ci-yaml §15.13): what the configuration says, and the address of the store with how
/// to sign in there, from the job's variables.
/// </summary>
internal static class PayloadSecrets
{
    public static IReadOnlyDictionary<string, JsonElement> Build(JobDefinition definition, IReadOnlyList<JobVariable> variables)
    {
        string? ValueOf(string key) => variables.LastOrDefault(variable => variable.Key == key)?.Value;
        // The only id token of a job is the one that is meant.
        var only = definition.IdTokens is [var single] ? $"${single.Name}" : null;
        return definition.DefinedSecrets.ToDictionary(secret => secret.Name, secret => JsonElement.Parse(One(secret, only, ValueOf).ToJsonString()));
    }

    private static JsonObject One(DefinedSecret secret, string? onlyToken, Func<string, string?> valueOf)
    {
        var provider = new JsonObject();
        foreach (var (key, value) in secret.Settings)
        {
            if (key.StartsWith("engine.", StringComparison.Ordinal))
            {
                var engine = provider["engine"] as JsonObject ?? [];
                engine[key["engine.".Length..]] = value;
                provider["engine"] = engine;
            }
            else
            {
                provider[key] = value;
            }
        }

        provider["server"] = Server(secret.Provider, secret.Token ?? onlyToken, valueOf);
        return new JsonObject { [secret.Provider] = provider, ["file"] = secret.File };
    }

    private static JsonObject Server(string provider, string? token, Func<string, string?> valueOf) => provider switch
    {
        "vault" => Filled(
            ("url", valueOf("VAULT_SERVER_URL")), ("namespace", valueOf("VAULT_NAMESPACE")),
            ("auth", Filled(
                ("name", "jwt"), ("path", valueOf("VAULT_AUTH_PATH") ?? "jwt"),
                ("data", Filled(("jwt", token), ("role", valueOf("VAULT_AUTH_ROLE"))))))),
        "gcp_secret_manager" => Filled(
            ("project_number", valueOf("GCP_PROJECT_NUMBER")),
            ("workload_identity_federation_pool_id", valueOf("GCP_WORKLOAD_IDENTITY_FEDERATION_POOL_ID")),
            ("workload_identity_federation_provider_id", valueOf("GCP_WORKLOAD_IDENTITY_FEDERATION_PROVIDER_ID")), ("jwt", token)),
        "azure_key_vault" => Filled(
            ("url", valueOf("AZURE_KEY_VAULT_SERVER_URL")), ("client_id", valueOf("AZURE_CLIENT_ID")), ("tenant_id", valueOf("AZURE_TENANT_ID")),
            ("jwt", token ?? valueOf("AZURE_JWT"))),
        _ => Filled(
            ("region", valueOf("AWS_REGION")), ("role_arn", valueOf("AWS_ROLE_ARN")), ("role_session_name", valueOf("AWS_ROLE_SESSION_NAME")),
            ("jwt", token)),
    };

    private static JsonObject Filled(params ReadOnlySpan<(string Key, JsonNode? Value)> entries)
    {
        var made = new JsonObject();
        foreach (var (key, value) in entries)
        {
            if (value is not null)
            {
                made[key] = value;
            }
        }

        return made;
    }
}
