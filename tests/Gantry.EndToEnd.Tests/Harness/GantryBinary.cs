namespace Gantry.EndToEnd.Tests.Harness;

/// <summary>The published executable under test: GANTRY_BINARY, or out/gantry of the repository.</summary>
internal static class GantryBinary
{
    public static string Root { get; } = FindRoot();

    /// <summary>Looked for when it is asked for: tests of packages build theirs.</summary>
    public static string Path => field ??= Find();

    private static string Find()
    {
        var path = Environment.GetEnvironmentVariable("GANTRY_BINARY") is { Length: > 0 } given
            ? given
            : System.IO.Path.Combine(Root, "out", "gantry");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} does not exist; run ./build first, or set GANTRY_BINARY.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Gantry.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Gantry.slnx was not found above the test's folder.");
    }
}
