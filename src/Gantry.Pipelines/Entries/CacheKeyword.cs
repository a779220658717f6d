using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>One cache as written; a key made of files is computed when the pipeline is created.</summary>
internal sealed record CacheEntry
{
    public string? Key { get; init; }

    public CacheKeyFiles? KeyFiles { get; init; }

    public IReadOnlyList<string> Paths { get; init; } = [];

    public bool Untracked { get; init; }

    public bool Unprotect { get; init; }

    public string When { get; init; } = "on_success";

    public string Policy { get; init; } = "pull-push";

    public IReadOnlyList<string> FallbackKeys { get; init; } = [];
}

/// <param name="Files">One or two paths or patterns.</param>
/// <param name="ByCommit">Key by the last commit of each file instead of by its content.</param>
/// <param name="Prefix">As written; null when there is none.</param>
internal sealed record CacheKeyFiles(IReadOnlyList<string> Files, bool ByCommit, string? Prefix);

/// <summary><c>cache</c>: a map or up to four of them.</summary>
internal static class CacheKeyword
{
    private static readonly string[] Keys = ["key", "untracked", "paths", "when", "policy", "unprotect", "fallback_keys"];

    public static IReadOnlyList<CacheEntry>? Read(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case YamlMap { Entries.Count: 0 }:
                return [];
            case YamlMap map:
                return [One(map, scope)];
            case YamlList list when list.Items.Count > 4:
                scope.Config(list, "no more than 4 caches can be created");
                return [];
            case YamlList list:
                return [.. list.Items.Select(item => scope.At("cache").Map(item)).OfType<YamlMap>().Select(map => One(map, scope.At("cache")))];
            default:
                scope.Config(node, "can only be a hash or an array");
                return [];
        }
    }

    private static CacheEntry One(YamlMap map, Scope scope)
    {
        scope.OnlyKeys(map, Keys);
        var (key, files) = Key(map["key"], scope.At("key"));
        var fallback = scope.Strings(map, "fallback_keys") ?? [];
        if (fallback.Count > 5)
        {
            scope.About(map["fallback_keys"], "fallback keys", "has too many entries (maximum 5)");
        }

        return new CacheEntry
        {
            Key = key,
            KeyFiles = files,
            Paths = scope.At("paths").StringList(map["paths"]),
            Untracked = ReadFlag(map, "untracked", scope),
            Unprotect = ReadFlag(map, "unprotect", scope),
            When = scope.Choice(map, "when", "on_success", "on_failure", "always") ?? "on_success",
            Policy = Policy(map["policy"], scope),
            FallbackKeys = fallback,
        };
    }

    // These two are entries of their own in GitLab, which shows in the wording.
    private static bool ReadFlag(YamlMap map, string key, Scope scope)
    {
        if (map[key] is null or { IsNull: true } or YamlScalar { Kind: ScalarKind.Boolean })
        {
            return map[key] is YamlScalar { IsTrue: true };
        }

        scope.At(key).Config(map[key], "should be a boolean value");
        return false;
    }

    private static string Policy(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return "pull-push";
        }

        if (node.AsText is { } text && (text is "pull-push" or "pull" or "push" || text.StartsWith('$')))
        {
            return text;
        }

        scope.About(node, "policy", "should be a variable or one of: pull-push, push, pull");
        return "pull-push";
    }

    private static (string? Key, CacheKeyFiles? Files) Key(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return (null, null);
            case YamlScalar { Kind: ScalarKind.Text } text:
                CheckKey(text, scope);
                return (text.Text, null);
            case YamlMap map:
                return (null, Files(map, scope));
            default:
                scope.Problems.Add($"{scope.Location} should be a hash, a string or a symbol".ToLowerInvariant(), node);
                return (null, null);
        }
    }

    private static void CheckKey(YamlScalar text, Scope scope)
    {
        var path = Uri.UnescapeDataString(text.Text);
        if (path.Contains('/', StringComparison.Ordinal))
        {
            scope.Config(text, "cannot contain the \"/\" character");
        }
        else if (path is "." or "..")
        {
            scope.Config(text, "cannot be \".\" or \"..\"");
        }
    }

    private static CacheKeyFiles? Files(YamlMap map, Scope scope)
    {
        scope.OnlyKeys(map, ["files", "files_commits", "prefix"]);
        if (!scope.Exclusive(map, "files", "files_commits"))
        {
            return null;
        }

        var name = map.Has("files_commits") ? "files_commits" : "files";
        if (!map.Has(name))
        {
            scope.Config(map, "missing required keys: files");
            return null;
        }

        var prefix = scope.At("prefix");
        if (map["prefix"] is not (null or { IsNull: true } or YamlScalar { Kind: ScalarKind.Text }))
        {
            prefix.Config(map["prefix"], "should be a string or symbol");
        }
        else if (map["prefix"] is YamlScalar { Kind: ScalarKind.Text } text)
        {
            CheckKey(text, prefix);
        }

        var files = scope.At(name);
        if (map[name] is not YamlList list || list.Items.Any(item => item.AsText is null))
        {
            files.Config(map[name], "should be an array of strings");
            return null;
        }

        if (list.Items.Count == 0)
        {
            files.Config(list, "requires at least 1 item");
        }
        else if (list.Items.Count > 2)
        {
            files.Config(list, "has too many items (maximum is 2)");
        }

        return new CacheKeyFiles([.. list.Items.Select(item => item.AsText!)], name == "files_commits", map["prefix"]?.AsText);
    }
}
