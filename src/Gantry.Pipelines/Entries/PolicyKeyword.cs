using Gantry.Pipelines.Expressions;
using Gantry.Pipelines.Patterns;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>only</c> or <c>except</c>; null lists are not asked.</summary>
internal sealed record PolicyEntry
{
    /// <summary>What a job without rules has.</summary>
    public static readonly PolicyEntry BranchesAndTags = new() { Refs = ["branches", "tags"] };

    public IReadOnlyList<string>? Refs { get; init; }

    public IReadOnlyList<Expression>? Variables { get; init; }

    public IReadOnlyList<string>? Changes { get; init; }

    /// <summary><c>kubernetes: active</c></summary>
    public bool NeedsKubernetes { get; init; }
}

internal static class PolicyKeyword
{
    public static PolicyEntry? Read(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case YamlList list:
                return new PolicyEntry { Refs = Refs(list, "config", scope) };
            case YamlMap map:
                return FromMap(map, scope);
            default:
                scope.Problems.Add($"{scope.Location} has to be either an array of conditions or a hash".ToLowerInvariant(), node);
                return null;
        }
    }

    private static PolicyEntry FromMap(YamlMap map, Scope scope)
    {
        scope.OnlyKeys(map, ["refs", "kubernetes", "variables", "changes"]);
        if (map.Entries.Count == 0)
        {
            scope.Config(map, "can't be blank");
        }

        var kubernetes = map["kubernetes"];
        if (kubernetes is not (null or { IsNull: true }) && kubernetes.AsText != "active")
        {
            scope.About(kubernetes, "kubernetes", $"unknown value: {kubernetes}");
        }

        return new PolicyEntry
        {
            Refs = map["refs"] is null or { IsNull: true } ? null : Refs(map["refs"]!, "refs", scope),
            Variables = Conditions(map, scope),
            Changes = scope.Strings(map, "changes"),
            NeedsKubernetes = kubernetes?.AsText == "active",
        };
    }

    private static IReadOnlyList<string> Refs(YamlNode node, string attribute, Scope scope)
    {
        if (node is YamlList list && list.Items.All(item => item.AsText is { } text && IsRef(text)))
        {
            return [.. list.Items.Select(item => item.AsText!)];
        }

        scope.About(node, attribute, "should be an array of strings or regular expressions using re2 syntax");
        return [];
    }

    private static bool IsRef(string text) =>
        text.Length < 2 || text[0] != '/' || text.LastIndexOf('/') == 0 || RegexLiteral.Parse(text.Split('@')[0]) is not null;

    private static List<Expression>? Conditions(YamlMap map, Scope scope)
    {
        if (scope.Strings(map, "variables") is not { } texts)
        {
            return null;
        }

        var parsed = texts.Select(Expression.Parse).OfType<Expression>().ToList();
        if (parsed.Count < texts.Count)
        {
            scope.About(map["variables"], "variables", "invalid expression syntax");
        }

        return parsed;
    }
}
