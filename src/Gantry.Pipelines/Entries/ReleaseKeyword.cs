using System.Globalization;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>release</c> with its links.</summary>
internal static class ReleaseKeyword
{
    public static ReleaseModel? Read(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return null;
        }

        scope.OnlyKeys(map, ["tag_name", "tag_message", "name", "description", "ref", "released_at", "milestones", "assets"]);
        scope.Required(map, "tag_name", "description");
        var tag = Filled(map, "tag_name", scope);
        var description = Filled(map, "description", scope);
        return tag is null || description is null ? null : new ReleaseModel
        {
            TagName = tag,
            Description = description,
            Name = scope.Text(map, "name"),
            TagMessage = scope.Text(map, "tag_message"),
            Ref = scope.Text(map, "ref"),
            Milestones = scope.OneOrMany(map, "milestones") ?? [],
            ReleasedAt = ReleasedAt(map, scope),
            Links = Assets(map["assets"], scope.At("assets")),
        };
    }

    private static string? Filled(YamlMap map, string key, Scope scope)
    {
        var text = scope.Text(map, key);
        if (map.Has(key) && string.IsNullOrWhiteSpace(text))
        {
            scope.About(map[key], Shapes.Words(key), "can't be blank");
            return null;
        }

        return text;
    }

    private static string? ReleasedAt(YamlMap map, Scope scope)
    {
        var text = scope.Text(map, "released_at");
        if (text is not null && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            scope.About(map["released_at"], "released at", "must be a valid datetime", "ISO 8601, in quotes");
            return null;
        }

        return text;
    }

    private static IReadOnlyList<ReleaseLinkModel> Assets(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return [];
        }

        scope.OnlyKeys(map, ["links"]);
        var links = scope.At("links");
        if (map["links"] is not YamlList list)
        {
            links.Config(map["links"] ?? map, "should be a array");
            return [];
        }

        if (list.Items.Count == 0)
        {
            links.Config(list, "can't be blank");
        }

        return [.. list.Items.Select(item => Link(item, links.At("link"))).OfType<ReleaseLinkModel>()];
    }

    private static ReleaseLinkModel? Link(YamlNode node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return null;
        }

        scope.OnlyKeys(map, ["name", "url", "filepath", "link_type"]);
        scope.Required(map, "name", "url");
        var name = Filled(map, "name", scope);
        var url = Filled(map, "url", scope);
        var type = scope.Choice(map, "link_type", "runbook", "package", "image", "other");
        return name is null || url is null ? null : new ReleaseLinkModel(name, url, scope.Text(map, "filepath"), type);
    }
}
