namespace Gantry.Conformance.Tests.Pipelines;

/// <summary>Where the data lies.</summary>
internal static class ConformanceFiles
{
    public static string Folder(string name) => Path.Combine(Root, "tests", "conformance", name);

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Gantry.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Gantry.slnx was not found above the test's folder.");
    }
}
