using System.Xml.Linq;

namespace Gantry.Rooms.Tests;

/// <summary>Which project may see which (ARCHITECTURE.md, "Direction").</summary>
internal static class ReferenceRules
{
    private static readonly Dictionary<string, string[]> Map = new()
    {
        ["Gantry.Protocol"] = [],
        ["Gantry.Engine"] = ["Gantry.Protocol"],
        ["Gantry.Executors"] = ["Gantry.Engine"],
        ["Gantry.Runner"] = ["Gantry.Protocol", "Gantry.Engine", "Gantry.Executors"],
        ["Gantry.Pipelines"] = [],
        // Engine for its process door and archives: the coordinator spawns git and reads artifact zips.
        ["Gantry.Coordinator"] = ["Gantry.Protocol", "Gantry.Engine", "Gantry.Pipelines"],
        ["Gantry"] = ["Gantry.Protocol", "Gantry.Engine", "Gantry.Executors", "Gantry.Runner", "Gantry.Pipelines", "Gantry.Coordinator"],
    };

    public static IEnumerable<Violation> All()
    {
        foreach (var path in SourceTree.ProjectFiles("src"))
        {
            var references = XDocument.Load(path).Descendants("ProjectReference")
                .Select(element => Path.GetFileNameWithoutExtension(element.Attribute("Include")!.Value.Replace('\\', '/')));
            foreach (var violation in Unmapped(Path.GetFileNameWithoutExtension(path), references))
            {
                yield return violation;
            }
        }
    }

    public static IEnumerable<Violation> Unmapped(string project, IEnumerable<string> references)
    {
        if (!Map.TryGetValue(project, out var allowed))
        {
            yield return new Violation(project, "is not in the reference map; a project needs one of the three reasons of docs/adr/0002");
            yield break;
        }

        foreach (var reference in references.Except(allowed))
        {
            yield return new Violation(project, $"may not reference {reference}");
        }
    }
}
