using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gantry.Runner.Clouds;

/// <summary>Temporary credentials as the metadata services write them.</summary>
internal sealed record AwsRoleView
{
    public string? AccessKeyId { get; init; }
    public string? SecretAccessKey { get; init; }
    public string? Token { get; init; }
    public DateTimeOffset? Expiration { get; init; }
}

/// <summary>A token answer of OAuth 2.</summary>
internal sealed record OAuthTokenView
{
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    // Azure's metadata service writes it as text.
    [JsonPropertyName("expires_in")]
    public JsonElement ExpiresIn { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }

    [JsonPropertyName("error_description")]
    public string? Description { get; init; }
}

/// <summary>A service account's key file.</summary>
internal sealed record GoogleKeyView
{
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    [JsonPropertyName("client_email")]
    public string? ClientEmail { get; init; }

    [JsonPropertyName("private_key")]
    public string? PrivateKey { get; init; }

    [JsonPropertyName("universe_domain")]
    public string? UniverseDomain { get; init; }
}

/// <summary>Answer of <c>signBlob</c>.</summary>
internal sealed record GoogleSignatureView
{
    [JsonPropertyName("signedBlob")]
    public string? SignedBlob { get; init; }
}

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(AwsRoleView))]
[JsonSerializable(typeof(OAuthTokenView))]
[JsonSerializable(typeof(GoogleKeyView))]
[JsonSerializable(typeof(GoogleSignatureView))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class CloudJson : JsonSerializerContext
{
    /// <summary>Null when the text is no such object.</summary>
    public static T? Read<T>(string text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
