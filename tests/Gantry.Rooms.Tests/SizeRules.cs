using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gantry.Rooms.Tests;

/// <summary>The size budgets of docs/adr/0003.</summary>
internal static class SizeRules
{
    public const int FileLines = 400;
    public const int MethodLines = 60;
    public const int Parameters = 6;
    public const int InterfaceMembers = 7;

    public static IEnumerable<Violation> Files(IEnumerable<SourceFile> files) =>
        from file in files
        let lines = file.Text.Split('\n').Length - 1
        where lines > FileLines
        select new Violation(file.Path, $"{lines} lines, the budget is {FileLines}");

    public static IEnumerable<Violation> Methods(IEnumerable<SourceFile> files) =>
        from file in files
        from node in file.Syntax.DescendantNodes()
        where node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let lines = LinesOf(node)
        where lines > MethodLines
        select new Violation($"{file.Path}:{NameOf(node)}", $"{lines} lines, the budget is {MethodLines}");

    public static IEnumerable<Violation> ParameterLists(IEnumerable<SourceFile> files) =>
        from file in files
        from list in file.Syntax.DescendantNodes().OfType<ParameterListSyntax>()
        where list.Parent is not RecordDeclarationSyntax && !IsExtern(list.Parent)
        let count = list.Parameters.Count(p => p.Type?.ToString() != "CancellationToken")
        where count > Parameters
        select new Violation($"{file.Path}:{NameOf(list.Parent!)}", $"{count} parameters, the budget is {Parameters}");

    public static IEnumerable<Violation> Interfaces(IEnumerable<SourceFile> files) =>
        from file in files
        from type in file.Syntax.DescendantNodes().OfType<InterfaceDeclarationSyntax>()
        where type.Members.Count > InterfaceMembers
        select new Violation($"{file.Path}:{type.Identifier.Text}", $"{type.Members.Count} members, the budget is {InterfaceMembers}");

    // A foreign function's signature is the kernel's, not ours.
    private static bool IsExtern(SyntaxNode? node) =>
        node is MethodDeclarationSyntax method
        && method.AttributeLists.SelectMany(list => list.Attributes).Any(a => a.Name.ToString() is "LibraryImport" or "DllImport");

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        TypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax property } => property.Identifier.Text,
        _ => node.Kind().ToString(),
    };

    private static Microsoft.CodeAnalysis.CSharp.SyntaxKind Kind(this SyntaxNode node) =>
        Microsoft.CodeAnalysis.CSharp.CSharpExtensions.Kind(node);
}
