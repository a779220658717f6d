using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gantry.Rooms.Tests;

/// <summary>Names of types, folders and namespaces.</summary>
internal static partial class NameRules
{
    public static IEnumerable<Violation> Suffixes(IEnumerable<SourceFile> files) =>
        from file in files
        from type in file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        let match = Forbidden().Match(type.Identifier.Text)
        where match.Success
        select new Violation($"{file.Path}:{type.Identifier.Text}", $"the suffix '{match.Value}' says nothing; name the responsibility");

    public static IEnumerable<Violation> Folders(IEnumerable<SourceFile> files) =>
        from file in files
        from part in file.Path.Split('/')[..^1]
        where part is "Common" or "Shared" or "Core" or "Misc" or "Helpers" or "Utils"
        select new Violation(file.Path, $"folder '{part}': code of two rooms belongs to the lower one");

    public static IEnumerable<Violation> Namespaces(IEnumerable<SourceFile> files) =>
        from file in files
        from space in file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
        let parts = file.Path.Split('/')
        let expected = string.Join('.', parts[1..^1])
        where space.Name.ToString() != expected
        select new Violation(file.Path, $"namespace {space.Name}, its folder says {expected}");

    public static IEnumerable<Violation> PublicTypesPerFile(IEnumerable<SourceFile> files) =>
        from file in files
        let types = file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            .Where(t => t.Parent is BaseNamespaceDeclarationSyntax && t.Modifiers.Any(m => m.Text == "public")).ToList()
        where types.Count > 1 && !types.Any(t => t.Identifier.Text == System.IO.Path.GetFileNameWithoutExtension(file.Path))
        where !file.Path.EndsWith("Messages.cs", StringComparison.Ordinal)
        select new Violation(file.Path, $"{types.Count} public types and none has the file's name: {string.Join(", ", types.Select(t => t.Identifier.Text))}");

    [GeneratedRegex("(Manager|Helpers?|Utils?|Utility|Processor|Wrapper|Impl|Base|Info|Data)$")]
    private static partial Regex Forbidden();
}
