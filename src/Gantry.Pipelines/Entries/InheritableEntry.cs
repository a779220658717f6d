using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>The keywords that <c>default</c> may give to jobs. Null means not said.</summary>
internal sealed record InheritableEntry
{
    public static readonly string[] Keys =
    [
        "before_script", "after_script", "image", "services", "cache", "interruptible", "timeout", "retry", "tags", "artifacts", "hooks",
        "id_tokens", "identity",
    ];

    public IReadOnlyList<string>? BeforeScript { get; init; }

    public IReadOnlyList<string>? AfterScript { get; init; }

    public ImageModel? Image { get; init; }

    public IReadOnlyList<ServiceModel>? Services { get; init; }

    public IReadOnlyList<CacheEntry>? Caches { get; init; }

    public bool? Interruptible { get; init; }

    public TimeSpan? Timeout { get; init; }

    public RetryModel? Retry { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public ArtifactsModel? Artifacts { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Hooks { get; init; }

    public IReadOnlyList<IdTokenModel>? IdTokens { get; init; }

    public static InheritableEntry Read(YamlMap map, Scope scope) => new()
    {
        BeforeScript = scope.At("before_script").Script(map["before_script"]),
        AfterScript = scope.At("after_script").Script(map["after_script"]),
        Image = ImageKeyword.Image(map["image"], scope.At("image")),
        Services = ImageKeyword.Services(map["services"], scope.At("services")),
        Caches = CacheKeyword.Read(map["cache"], scope.At("cache")),
        Interruptible = Flag(map["interruptible"], scope.At("interruptible")),
        Timeout = JobTiming.Timeout(map["timeout"], scope.At("timeout")),
        Retry = RetryKeyword.Read(map["retry"], scope.At("retry")),
        Tags = ReadTags(map["tags"], scope.At("tags")),
        Artifacts = ArtifactsKeyword.Read(map["artifacts"], scope.At("artifacts")),
        Hooks = ReadHooks(map["hooks"], scope.At("hooks")),
        IdTokens = SecretsKeyword.IdTokens(map["id_tokens"], scope.At("id_tokens")),
    };

    /// <summary>These values, and where one is not said, that of <paramref name="defaults"/> if the job takes it.</summary>
    public InheritableEntry Over(InheritableEntry defaults, InheritEntry inherit) => new()
    {
        BeforeScript = BeforeScript ?? (inherit.TakesDefault("before_script") ? defaults.BeforeScript : null),
        AfterScript = AfterScript ?? (inherit.TakesDefault("after_script") ? defaults.AfterScript : null),
        Image = Image ?? (inherit.TakesDefault("image") ? defaults.Image : null),
        Services = Services ?? (inherit.TakesDefault("services") ? defaults.Services : null),
        Caches = Caches ?? (inherit.TakesDefault("cache") ? defaults.Caches : null),
        Interruptible = Interruptible ?? (inherit.TakesDefault("interruptible") ? defaults.Interruptible : null),
        Timeout = Timeout ?? (inherit.TakesDefault("timeout") ? defaults.Timeout : null),
        Retry = Retry ?? (inherit.TakesDefault("retry") ? defaults.Retry : null),
        Tags = Tags ?? (inherit.TakesDefault("tags") ? defaults.Tags : null),
        Artifacts = Artifacts ?? (inherit.TakesDefault("artifacts") ? defaults.Artifacts : null),
        Hooks = Hooks ?? (inherit.TakesDefault("hooks") ? defaults.Hooks : null),
        IdTokens = IdTokens ?? (inherit.TakesDefault("id_tokens") ? defaults.IdTokens : null),
    };

    private static bool? Flag(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node is YamlScalar { Kind: ScalarKind.Boolean } flag)
        {
            return flag.IsTrue;
        }

        scope.Config(node, "should be a boolean value");
        return null;
    }

    private static IReadOnlyList<string>? ReadTags(YamlNode? node, Scope scope)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        var tags = scope.StringList(node, "should be an array of strings");
        if (tags.Count >= 50)
        {
            scope.Config(node, "must be less than the limit of 50 tags");
        }

        return tags;
    }

    private static Dictionary<string, IReadOnlyList<string>>? ReadHooks(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return null;
        }

        scope.OnlyKeys(map, ["pre_get_sources_script"]);
        var hooks = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (scope.At("pre_get_sources_script").Script(map["pre_get_sources_script"]) is { } lines)
        {
            hooks["pre_get_sources_script"] = lines;
        }

        return hooks;
    }
}
