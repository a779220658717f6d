namespace Gantry.Pipelines.Model;

/// <summary>One of <c>id_tokens</c>; the server expands the audiences when it makes the token.</summary>
public sealed record IdTokenModel(string Name, IReadOnlyList<string> Audiences);

/// <summary>One of <c>secrets</c>.</summary>
public sealed record SecretModel
{
    /// <summary>The variable that receives it.</summary>
    public required string Name { get; init; }

    /// <summary><c>vault</c>, <c>gcp_secret_manager</c>, <c>azure_key_vault</c>, <c>aws_secrets_manager</c> or <c>gitlab_secrets_manager</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Settings of the provider; nested keys are joined by dots (<c>engine.name</c>).</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public bool IsFile { get; init; } = true;

    /// <summary>The id token to use, such as <c>$VAULT_TOKEN</c>.</summary>
    public string? Token { get; init; }
}
