using System.Text.RegularExpressions;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>An environment as written; names are expanded when the pipeline is created.</summary>
internal sealed record EnvironmentEntry
{
    public required string Name { get; init; }

    public string? Url { get; init; }

    public string Action { get; init; } = "start";

    public string? Tier { get; init; }

    public string? OnStop { get; init; }

    public string? AutoStopIn { get; init; }

    public required YamlNode Node { get; init; }
}

/// <summary><c>environment</c>: a name, or a map.</summary>
internal static partial class EnvironmentKeyword
{
    private const string NameRule = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";

    private static readonly string[] Keys = ["name", "url", "action", "on_stop", "kubernetes", "auto_stop_in", "deployment_tier"];
    private static readonly string[] Tiers = ["production", "staging", "testing", "development", "other"];

    public static EnvironmentEntry? Read(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case YamlScalar { Kind: ScalarKind.Text } text:
                return CheckName(text, scope) is { } name ? new EnvironmentEntry { Name = name, Node = node } : null;
            case YamlMap map:
                return FromMap(map, scope);
            default:
                scope.Config(node, "should be a hash or a string");
                return null;
        }
    }

    private static EnvironmentEntry? FromMap(YamlMap map, Scope scope)
    {
        scope.OnlyKeys(map, Keys);
        var url = scope.Text(map, "url");
        if (url is { Length: > 255 })
        {
            scope.About(map["url"], "url", "is too long (maximum is 255 characters)");
        }

        Kubernetes(map["kubernetes"], scope.At("kubernetes"));
        var name = CheckName(map["name"], scope, map);
        return name is null ? null : new EnvironmentEntry
        {
            Name = name,
            Url = url,
            Action = scope.Choice(map, "action", "start", "stop", "prepare", "verify", "access") ?? "start",
            Tier = Tier(map, scope),
            OnStop = scope.Text(map, "on_stop"),
            AutoStopIn = AutoStop(map, scope),
            Node = map,
        };
    }

    private static string? CheckName(YamlNode? node, Scope scope, YamlMap? map = null)
    {
        if (node is null or { IsNull: true } || node.AsText is { } blank && string.IsNullOrWhiteSpace(blank))
        {
            scope.About(node ?? map, "name", "can't be blank");
            return null;
        }

        if (node.AsText is not { } text || !AllowedName().IsMatch(text))
        {
            scope.About(node, "name", NameRule);
            return null;
        }

        if (text.Length > 255)
        {
            scope.About(node, "name", "is too long (maximum is 255 characters)");
        }

        return text;
    }

    private static string? Tier(YamlMap map, Scope scope)
    {
        var text = scope.Text(map, "deployment_tier");
        if (text is not null && !Tiers.Contains(text) && !text.Contains('$', StringComparison.Ordinal))
        {
            scope.About(map["deployment_tier"], "deployment tier", $"must be one of {string.Join(", ", Tiers)}");
            return null;
        }

        return text;
    }

    private static string? AutoStop(YamlMap map, Scope scope)
    {
        if (map["auto_stop_in"] is null or { IsNull: true })
        {
            return null;
        }

        if (map["auto_stop_in"] is YamlScalar scalar
            && (scalar.Text == "never" || scalar.Text.Contains('$', StringComparison.Ordinal) || Duration.Parse(scalar.Text) is not null))
        {
            return scalar.Text;
        }

        scope.About(map["auto_stop_in"], "auto stop in", "should be a duration");
        return null;
    }

    // No cluster agent is served here; the keys are checked so that a misspelt one does not pass.
    private static void Kubernetes(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is { } map)
        {
            scope.OnlyKeys(map, ["namespace", "agent", "flux_resource_path", "managed_resources", "dashboard"]);
            scope.Text(map, "namespace");
            scope.Text(map, "agent");
            scope.Text(map, "flux_resource_path");
        }
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9_${}\-. ](?:[a-zA-Z0-9_/${}\-. ]*[a-zA-Z0-9_${}\-. ])?\z")]
    private static partial Regex AllowedName();
}
