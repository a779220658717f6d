using Microsoft.CodeAnalysis.CSharp;

namespace Gantry.Rooms.Tests;

/// <summary>The repository's C# source as text and syntax, read once.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Product { get; } = Read("src");

    public static IReadOnlyList<SourceFile> Tests { get; } = Read("tests");

    public static IEnumerable<string> ProjectFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories);

    private static List<SourceFile> Read(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .Select(path => SourceFile.Parse(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path)))
            .OrderBy(file => file.Path, StringComparer.Ordinal),
    ];

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

/// <summary>One file: path relative to the root, with forward slashes.</summary>
internal sealed record SourceFile(string Path, string Text, CSharpSyntaxTree Tree)
{
    public static SourceFile Parse(string path, string text) =>
        new(path, text, (CSharpSyntaxTree)CSharpSyntaxTree.ParseText(text, path: path));

    public Microsoft.CodeAnalysis.CSharp.Syntax.CompilationUnitSyntax Syntax => Tree.GetCompilationUnitRoot();
}
