using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Merging;

/// <summary>GitLab's one way to merge: maps into maps, anything else replaces, null included.</summary>
internal static class DeepMerge
{
    public static YamlNode Merge(YamlNode below, YamlNode above) =>
        below is YamlMap lower && above is YamlMap upper ? Merge(lower, upper) : above;

    public static YamlMap Merge(YamlMap below, YamlMap above)
    {
        if (below.Entries.Count == 0)
        {
            return above;
        }

        return below.With(above.Entries.Select(entry => below[entry.Key.Text] is { } lower
            ? new KeyValuePair<YamlScalar, YamlNode>(entry.Key, Merge(lower, entry.Value))
            : entry));
    }
}
