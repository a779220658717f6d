using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Engine;

namespace Gantry.Executors.Registries;

/// <summary>A login for one registry or a part of it.</summary>
/// <param name="Path">Normal form; see <see cref="RegistryPath"/>.</param>
/// <param name="Source">Where it came from, as the user reads it.</param>
/// <param name="ServerAddress">As written there.</param>
/// <param name="User">Empty with a token.</param>
/// <param name="Password">The password, or an identity token when <paramref name="User"/> is empty.</param>
internal sealed record RegistryLogin(string Path, string Source, string ServerAddress, string User, Secret Password)
{
    /// <summary>Value of <c>X-Registry-Auth</c>: a secret.</summary>
    public string ToHeader()
    {
        var auth = User.Length > 0
            ? new RegistryAuth { Username = User, Password = Password.Reveal(), ServerAddress = ServerAddress }
            : new RegistryAuth { IdentityToken = Password.Reveal(), ServerAddress = ServerAddress };
        return Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(auth, AuthJson.Default.RegistryAuth)).Replace('+', '-').Replace('/', '_');
    }
}

/// <summary>What the engine takes.</summary>
internal sealed record RegistryAuth
{
    [JsonPropertyName("username")]
    public string? Username { get; init; }

    [JsonPropertyName("password")]
    public string? Password { get; init; }

    [JsonPropertyName("serveraddress")]
    public string? ServerAddress { get; init; }

    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }

    public override string ToString() => $"login for {ServerAddress}";
}

/// <summary><c>config.json</c> of the docker client.</summary>
internal sealed record DockerConfigFile
{
    [JsonPropertyName("auths")]
    public IReadOnlyDictionary<string, ConfigLogin>? Logins { get; init; }

    /// <summary>Program for all registries.</summary>
    [JsonPropertyName("credsStore")]
    public string? Store { get; init; }

    /// <summary>Registry → program.</summary>
    [JsonPropertyName("credHelpers")]
    public IReadOnlyDictionary<string, string>? Programs { get; init; }
}

internal sealed record ConfigLogin
{
    /// <summary>Base64 of <c>user:password</c>.</summary>
    [JsonPropertyName("auth")]
    public string? Auth { get; init; }

    [JsonPropertyName("username")]
    public string? Username { get; init; }

    [JsonPropertyName("password")]
    public string? Password { get; init; }

    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }

    /// <exception cref="FormatException">Not base64, or without a colon.</exception>
    public (string User, Secret Password) Read()
    {
        if (!string.IsNullOrEmpty(IdentityToken))
        {
            return ("", new Secret(IdentityToken));
        }

        if (string.IsNullOrEmpty(Auth))
        {
            return (Username ?? "", new Secret(Password));
        }

        var text = Encoding.UTF8.GetString(Convert.FromBase64String(Auth));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? (text[..colon], new Secret(text[(colon + 1)..].Trim('\0')))
            : throw new FormatException("invalid auth configuration file: an auth entry must be the base64 of USER:PASSWORD");
    }

    public override string ToString() => "login";
}

/// <summary>The answer of a credential program to <c>get</c>.</summary>
internal sealed record ProgramLogin(string? Username, string? Secret, string? ServerURL)
{
    public override string ToString() => $"login for {ServerURL}";
}

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegistryAuth))]
[JsonSerializable(typeof(DockerConfigFile))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, ConfigLogin>))]
[JsonSerializable(typeof(ProgramLogin))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class AuthJson : JsonSerializerContext;
