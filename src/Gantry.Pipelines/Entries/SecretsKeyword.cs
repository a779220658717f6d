using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>secrets</c> and <c>id_tokens</c>.</summary>
internal static class SecretsKeyword
{
    private static readonly string[] Providers =
        ["vault", "azure_key_vault", "gcp_secret_manager", "aws_secrets_manager", "gitlab_secrets_manager"];

    /// <summary>Provider → keys it takes, the required ones first; the number says how many are required.</summary>
    private static readonly Dictionary<string, (int Required, string[] Keys)> Settings = new(StringComparer.Ordinal)
    {
        ["vault"] = (3, ["path", "field", "engine"]),
        ["azure_key_vault"] = (1, ["name", "version"]),
        ["gcp_secret_manager"] = (1, ["name", "version"]),
        ["aws_secrets_manager"] = (1, ["secret_id", "version_id", "version_stage", "region", "role_arn", "role_session_name", "field"]),
        ["gitlab_secrets_manager"] = (1, ["name", "source"]),
    };

    public static IReadOnlyList<SecretModel> Secrets(YamlNode? node, Scope scope) =>
        scope.Map(node) is { } map
            ? [.. map.Entries.Select(entry => Secret(entry.Key.Text, entry.Value, scope.At(entry.Key.Text))).OfType<SecretModel>()]
            : [];

    public static IReadOnlyList<IdTokenModel>? IdTokens(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return null;
        }

        var tokens = new List<IdTokenModel>();
        foreach (var (name, value) in map.Entries)
        {
            var inner = scope.At(name.Text);
            if (inner.Map(value) is not { } token)
            {
                continue;
            }

            inner.OnlyKeys(token, ["aud"]);
            inner.Required(token, "aud");
            tokens.Add(new IdTokenModel(name.Text, inner.OneOrMany(token, "aud") ?? []));
        }

        return tokens;
    }

    private static SecretModel? Secret(string name, YamlNode node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return null;
        }

        scope.OnlyKeys(map, [.. Providers, "file", "token"]);
        var given = Providers.Where(map.Has).ToList();
        if (given.Count != 1)
        {
            scope.Config(map, $"must use exactly one of these keys: {string.Join(", ", Providers)}");
            return null;
        }

        var token = scope.Text(map, "token");
        if (given[0] == "gcp_secret_manager" && token is null)
        {
            scope.Config(map, "missing required keys: token");
        }

        return new SecretModel
        {
            Name = name,
            Provider = given[0],
            Settings = Provider(given[0], map[given[0]]!, scope.At(given[0])),
            IsFile = scope.Flag(map, "file") ?? true,
            Token = token,
        };
    }

    private static Dictionary<string, string> Provider(string provider, YamlNode node, Scope scope)
    {
        if (node.AsText is { } text && provider is "vault" or "aws_secrets_manager")
        {
            return provider == "vault" ? VaultPath(node.AsText!, node, scope) : AwsPath(node.AsText!);
        }

        if (node is not YamlMap map)
        {
            scope.Config(node, provider is "vault" or "aws_secrets_manager" ? "should be a hash or a string" : "should be a hash");
            return [];
        }

        var (required, keys) = Settings[provider];
        scope.OnlyKeys(map, keys);
        foreach (var key in keys.Take(required))
        {
            if (map[key] is null or { IsNull: true })
            {
                scope.About(map, Shapes.Words(key), "can't be blank");
            }
        }

        return Values(map, scope);
    }

    private static Dictionary<string, string> Values(YamlMap map, Scope scope)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
        {
            if (key.Text == "engine" && scope.At("engine") is var engine && engine.Map(value) is { } inner)
            {
                engine.OnlyKeys(inner, ["name", "path"]);
                engine.Required(inner, "name", "path");
                foreach (var part in inner.Entries.Where(part => part.Value is YamlScalar))
                {
                    settings[$"engine.{part.Key.Text}"] = part.Value.ToString()!;
                }
            }
            else if (value is YamlScalar { IsNull: false } scalar)
            {
                settings[key.Text] = scalar.Text;
            }
            else if (value is not YamlMap { } && !value.IsNull)
            {
                scope.About(value, Shapes.Words(key.Text), "should be a string");
            }
        }

        return settings;
    }

    // path/to/secret/field@engine; without an engine it is kv-v2.
    private static Dictionary<string, string> VaultPath(string text, YamlNode at, Scope scope)
    {
        var parts = text.Split('@', 2);
        var cut = parts[0].LastIndexOf('/');
        if (cut <= 0 || cut == parts[0].Length - 1)
        {
            scope.Config(at, "should be a path to a field", "path/to/secret/field@engine");
            return [];
        }

        return new(StringComparer.Ordinal)
        {
            ["engine.name"] = "kv-v2",
            ["engine.path"] = parts.Length == 2 ? parts[1] : "kv-v2",
            ["path"] = parts[0][..cut],
            ["field"] = parts[0][(cut + 1)..],
        };
    }

    private static Dictionary<string, string> AwsPath(string text)
    {
        var parts = text.Split('#', 2);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["secret_id"] = parts[0] };
        if (parts.Length == 2)
        {
            settings["field"] = parts[1];
        }

        return settings;
    }
}
