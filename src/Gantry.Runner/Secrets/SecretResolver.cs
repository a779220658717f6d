using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Runner.Clouds;

namespace Gantry.Runner.Secrets;

/// <summary>The stores this runner can fetch from, by the member of the definition that names them. Thread-safe.</summary>
public sealed class SecretResolver : ISecretResolver, IDisposable
{
    private readonly ISecretStore[] _stores;
    private readonly AwsSecrets _aws;

    public SecretResolver(CloudContext cloud)
    {
        _aws = new AwsSecrets(cloud);
        _stores = [new VaultSecrets(cloud), new GoogleSecrets(cloud), new AzureSecrets(cloud), _aws, new GitLabSecrets(cloud)];
    }

    public string? StoreOf(JsonElement definition) => Find(definition)?.Name;

    public async Task<Secret> FetchAsync(SecretRequest request, CancellationToken cancellationToken)
    {
        var store = Find(request.Definition) ?? throw new SecretException($"secret \"{request.Name}\": no known store in its definition");
        var text = new SecretText(request, request.Definition.GetProperty(store.Member));
        try
        {
            return await store.FetchAsync(text, cancellationToken);
        }
        catch (CloudException broken)
        {
            throw text.Problem(broken.Message, isOutage: broken.Status is 0 or >= 500);
        }
    }

    public void Dispose() => _aws.Dispose();

    private ISecretStore? Find(JsonElement definition) => definition.ValueKind != JsonValueKind.Object
        ? null
        : _stores.FirstOrDefault(s => definition.TryGetProperty(s.Member, out var member) && member.ValueKind == JsonValueKind.Object);
}
