using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gantry.Rooms.Tests;

/// <summary>One door per way to the outside: a name may be used in the listed folders only.</summary>
internal static class DoorRules
{
    public static readonly Door Processes = new(
        "process", ["Process", "ProcessStartInfo"], ["src/Gantry.Engine/Processes/"]);

    public static readonly Door Http = new(
        "http-client", ["HttpClient", "SocketsHttpHandler", "HttpClientHandler"],
        ["src/Gantry.Runner/Links/", "src/Gantry.Executors/Docker/Api/", "src/Gantry.Executors/Kubernetes/Api/", "src/Gantry.Coordinator/Git/Import/", "src/Gantry/Demo/", "src/Gantry/Includes/"]);

    public static readonly Door Sql = new(
        "sql", ["SqliteConnection", "SqliteCommand", "SqliteDataReader", "SqliteParameter", "NpgsqlConnection"], ["src/Gantry.Coordinator/Store/"]);

    public static readonly Door Console = new(
        "console", ["Console", "AnsiConsole"], ["src/Gantry/Terminal/"]);

    public static readonly Door Environment = new(
        "environment", ["GetEnvironmentVariable", "GetEnvironmentVariables", "SetEnvironmentVariable"], ["src/Gantry/"]);

    public static IEnumerable<Violation> Uses(IEnumerable<SourceFile> files, Door door) =>
        from file in files
        where !door.Folders.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal))
        from name in file.Syntax.DescendantNodes().OfType<SimpleNameSyntax>()
        where door.Names.Contains(name.Identifier.Text) && IsTypeUse(name)
        group name by file.Path into uses
        select new Violation(uses.Key, $"uses {uses.First().Identifier.Text}; its door is {string.Join(", ", door.Folders)}");

    /// <summary><c>catch (Exception)</c> and bare <c>catch</c>, with or without a suppressed warning.</summary>
    public static IEnumerable<Violation> CatchAlls(IEnumerable<SourceFile> files) =>
        from file in files
        from clause in file.Syntax.DescendantNodes().OfType<CatchClauseSyntax>()
        where clause.Filter is null && clause.Declaration?.Type.ToString() is null or "Exception" or "System.Exception"
        where !clause.Block.Statements.Any(s => s is ThrowStatementSyntax { Expression: null })
        group clause by file.Path into clauses
        select new Violation(clauses.Key, "catches every exception; that is for the poll loop, the job supervisor and the request pipeline");

    // `x.Process` is a member and `Process(` may be a method of ours: only a name that stands for a type, or the door's own method names, count.
    private static bool IsTypeUse(SimpleNameSyntax name) => name.Identifier.Text.Contains("EnvironmentVariable", StringComparison.Ordinal)
        || (name.Parent switch
        {
            MemberAccessExpressionSyntax access => access.Expression == name,
            InvocationExpressionSyntax => false,
            QualifiedNameSyntax qualified => qualified.Right == name && qualified.Parent is not UsingDirectiveSyntax
                && qualified.Parent is not BaseNamespaceDeclarationSyntax,
            NameColonSyntax or NameEqualsSyntax or EnumMemberDeclarationSyntax => false,
            XmlNameAttributeSyntax or CrefSyntax => false,
            ArgumentSyntax or EqualsValueClauseSyntax or AssignmentExpressionSyntax => false,
            _ => name.Ancestors().All(a => a is not CrefSyntax),
        });
}

/// <param name="Rule">Name in Exceptions.txt.</param>
/// <param name="Names">Identifiers behind the door.</param>
/// <param name="Folders">Where they may be used.</param>
internal sealed record Door(string Rule, IReadOnlyList<string> Names, IReadOnlyList<string> Folders);
