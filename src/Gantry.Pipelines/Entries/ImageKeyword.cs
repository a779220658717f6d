using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>image</c> and <c>services</c>.</summary>
internal static class ImageKeyword
{
    private static readonly string[] ImageKeys = ["name", "entrypoint", "ports", "pull_policy", "docker", "kubernetes"];
    private static readonly string[] ServiceKeys = [.. ImageKeys, "command", "alias", "variables"];
    private static readonly string[] Policies = ["always", "if-not-present", "never"];

    public static ImageModel? Image(YamlNode? node, Scope scope)
    {
        switch (node)
        {
            case null or { IsNull: true }:
                return null;
            case YamlScalar { Kind: ScalarKind.Text } text:
                return Named(text.Text, node, scope);
            case YamlMap map:
                scope.OnlyKeys(map, ImageKeys);
                return FromMap(map, scope);
            default:
                scope.Config(node, "should be a hash or a string");
                return null;
        }
    }

    public static IReadOnlyList<ServiceModel>? Services(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node is not YamlList list)
        {
            scope.Config(node, "should be a array");
            return [];
        }

        var services = new List<ServiceModel>();
        foreach (var item in Nested(list))
        {
            if (Service(item, scope.At("service")) is { } service)
            {
                services.Add(service);
            }
        }

        return services;
    }

    private static IEnumerable<YamlNode> Nested(YamlList list) =>
        list.Items.SelectMany(item => item is YamlList inner ? Nested(inner) : [item]);

    private static ServiceModel? Service(YamlNode item, Scope scope)
    {
        switch (item)
        {
            case YamlScalar { Kind: ScalarKind.Text } text:
                return Named(text.Text, item, scope) is { } simple ? new ServiceModel { Image = simple } : null;
            case YamlMap map:
                scope.OnlyKeys(map, ServiceKeys);
                var image = FromMap(map, scope);
                var alias = scope.Text(map, "alias");
                if (image is { Ports.Count: > 0 } && alias is null)
                {
                    scope.About(map, "alias", "can't be blank");
                }

                return image is null ? null : new ServiceModel
                {
                    Image = image,
                    Alias = alias,
                    Command = scope.OneOrMany(map, "command"),
                    Variables = VariablesKeyword.Read(map["variables"], scope.At("variables"), VariablesKeyword.Plain),
                };
            default:
                scope.Config(item, "should be a hash or a string");
                return null;
        }
    }

    private static ImageModel? Named(string name, YamlNode at, Scope scope)
    {
        if (name.Trim().Length > 0)
        {
            return new ImageModel { Name = name };
        }

        scope.About(at, "name", "can't be blank");
        return null;
    }

    private static ImageModel? FromMap(YamlMap map, Scope scope)
    {
        var name = scope.Text(map, "name");
        if (string.IsNullOrWhiteSpace(name))
        {
            scope.About(map, "name", "can't be blank");
        }

        var (platform, dockerUser) = Docker(map["docker"], scope);
        return new ImageModel
        {
            Name = name ?? "",
            Entrypoint = scope.OneOrMany(map, "entrypoint"),
            PullPolicy = PullPolicy(map["pull_policy"], scope.At("pull_policy")),
            DockerPlatform = platform,
            DockerUser = dockerUser,
            KubernetesUser = KubernetesUser(map["kubernetes"], scope),
            Ports = Ports(map["ports"], scope.At("ports")),
        };
    }

    private static (string? Platform, string? User) Docker(YamlNode? node, Scope parent)
    {
        var scope = parent.At("docker");
        if (scope.Map(node) is not { } map)
        {
            return (null, null);
        }

        scope.OnlyKeys(map, ["platform", "user"]);
        var user = scope.Text(map, "user");
        if (user is { Length: > 255 })
        {
            scope.About(map["user"], "user", "is too long (maximum is 255 characters)");
        }

        return (scope.Text(map, "platform"), user);
    }

    private static string? KubernetesUser(YamlNode? node, Scope parent)
    {
        var scope = parent.At("kubernetes");
        if (scope.Map(node) is not { } map)
        {
            return null;
        }

        scope.OnlyKeys(map, ["user"]);
        return scope.Text(map, "user", anyScalar: true);
    }

    private static IReadOnlyList<string> PullPolicy(YamlNode? node, Scope scope)
    {
        IReadOnlyList<YamlNode> items = node switch
        {
            null or { IsNull: true } => [],
            YamlList list => list.Items,
            _ => [node],
        };
        if (items.All(item => item.AsText is { } text && Policies.Contains(text)))
        {
            return [.. items.Select(item => item.AsText!)];
        }

        scope.Config(node, node is YamlList ? $"contains unknown values: {string.Join(", ", items.Where(Unknown).Select(item => item.ToString()))}"
            : $"unknown value: {node}", $"one of {string.Join(", ", Policies)}");
        return [];

        static bool Unknown(YamlNode item) => item.AsText is not { } text || !Policies.Contains(text);
    }

    private static List<PortModel> Ports(YamlNode? node, Scope scope)
    {
        var ports = new List<PortModel>();
        if (node is null or { IsNull: true })
        {
            return ports;
        }

        if (node is not YamlList list)
        {
            scope.Config(node, "should be a array");
            return ports;
        }

        foreach (var item in list.Items)
        {
            if (Shapes.TryInt(item, out var number))
            {
                ports.Add(new PortModel(number, "http", null));
            }
            else if (item is YamlMap map && Shapes.TryInt(map["number"], out number))
            {
                scope.OnlyKeys(map, ["number", "protocol", "name"]);
                ports.Add(new PortModel(number, scope.Choice(map, "protocol", "http", "https") ?? "http", scope.Text(map, "name")));
            }
            else
            {
                scope.Config(item, "should be a hash or an integer");
            }
        }

        return ports;
    }
}
