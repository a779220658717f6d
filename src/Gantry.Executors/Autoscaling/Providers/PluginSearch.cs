namespace Gantry.Executors.Autoscaling.Providers;

/// <summary>Where the program of a plugin is.</summary>
/// <param name="Path">Null: nowhere.</param>
/// <param name="Looked">Every place where it could have been.</param>
public sealed record PluginSearch(string? Path, IReadOnlyList<string> Looked)
{
    /// <summary>Built in, which is no program.</summary>
    public static bool IsBuiltIn(string plugin) => StaticProvider.IsMeantBy(plugin);

    /// <param name="plugin">A path that begins with <c>/</c>, <c>./</c> or <c>../</c>; else a name as officially, of which only the name itself counts: <c>[registry/][repository/]name[:version]</c>.</param>
    /// <param name="surroundings">Where to look.</param>
    public static PluginSearch Find(string plugin, ProviderSurroundings surroundings)
    {
        if (plugin.StartsWith('/') || plugin.StartsWith("./", StringComparison.Ordinal) || plugin.StartsWith("../", StringComparison.Ordinal))
        {
            return new PluginSearch(File.Exists(plugin) ? System.IO.Path.GetFullPath(plugin) : null, [plugin]);
        }

        const string Prefix = "fleeting-plugin-";
        var name = plugin[(plugin.LastIndexOf('/') + 1)..].Split(':')[0];
        var program = name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name;
        string[] places = [.. ((string[])[surroundings.PluginFolder, .. surroundings.ProgramFolders]).Where(folder => folder.Length > 0)
            .Select(folder => System.IO.Path.Combine(folder, program)).Distinct(StringComparer.Ordinal)];
        return new PluginSearch(Array.Find(places, File.Exists), places);
    }

    /// <summary>What to say when it is nowhere.</summary>
    public string Missing(string plugin) =>
        $"loading fleeting plugin: \"{plugin}\" was not found: looked for {string.Join(", ", Looked)}. "
        + "Install a program of that name that speaks Gantry's plugin protocol (docs/autoscaling.md), write its path, or use the built-in plugin \"static\"";
}
