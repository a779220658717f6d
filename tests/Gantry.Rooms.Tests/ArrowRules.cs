using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gantry.Rooms.Tests;

/// <summary>Arrows between the rooms of one assembly, and rooms that must stay pure.</summary>
internal static class ArrowRules
{
    /// <summary>Room → rooms it must not know. A room is a namespace with all below it.</summary>
    private static readonly (string Room, string[] Forbidden)[] Arrows =
    [
        ("Gantry.Engine.Plans", ["Gantry.Engine.Stages", "Gantry.Engine.Running", "Gantry.Engine.Executors", "Gantry.Engine.Traces",
            "Gantry.Engine.Processes", "Gantry.Engine.Shells", "Gantry.Engine.Sources", "Gantry.Engine.Links"]),
        ("Gantry.Engine.Shells", ["Gantry.Engine.Stages", "Gantry.Engine.Running", "Gantry.Engine.Executors", "Gantry.Engine.Traces",
            "Gantry.Engine.Processes", "Gantry.Engine.Sources", "Gantry.Engine.Links", "Gantry.Engine.Archives"]),
        ("Gantry.Engine.Archives", ["Gantry.Engine.Stages", "Gantry.Engine.Running", "Gantry.Engine.Executors", "Gantry.Engine.Traces",
            "Gantry.Engine.Processes", "Gantry.Engine.Shells", "Gantry.Engine.Sources", "Gantry.Engine.Links", "Gantry.Engine.Plans"]),
        ("Gantry.Engine.Processes", ["Gantry.Engine.Stages", "Gantry.Engine.Running", "Gantry.Engine.Executors", "Gantry.Engine.Traces",
            "Gantry.Engine.Shells", "Gantry.Engine.Sources", "Gantry.Engine.Links", "Gantry.Engine.Archives", "Gantry.Engine.Plans"]),
        ("Gantry.Engine.Stages", ["Gantry.Engine.Running"]),
        ("Gantry.Engine.Traces", ["Gantry.Engine.Stages", "Gantry.Engine.Processes", "Gantry.Engine.Shells", "Gantry.Engine.Sources"]),
        // Instances are entered by ssh.
        ("Gantry.Executors.Autoscaling", [.. ExecutorsBut("Autoscaling", "Ssh"), "Gantry.Engine.Running", "Gantry.Engine.Links"]),
        ("Gantry.Executors.Custom", [.. ExecutorsBut("Custom"), "Gantry.Engine.Running", "Gantry.Engine.Links"]),
        ("Gantry.Executors.Shell", [.. ExecutorsBut("Shell"), "Gantry.Engine.Running", "Gantry.Engine.Links"]),
        ("Gantry.Executors.Docker", [.. ExecutorsBut("Docker"), "Gantry.Engine.Running", "Gantry.Engine.Links"]),
        ("Gantry.Executors.Kubernetes", [.. ExecutorsBut("Kubernetes"), "Gantry.Engine.Running", "Gantry.Engine.Links"]),
        ("Gantry.Executors.Machines", [.. ExecutorsBut("Machines"), "Gantry.Engine.Running", "Gantry.Engine.Links"]),
        ("Gantry.Executors.Ssh", [.. ExecutorsBut("Ssh"), "Gantry.Engine.Running", "Gantry.Engine.Links"]),
        // Virtual machines are entered by ssh.
        ("Gantry.Executors.VirtualMachines", [.. ExecutorsBut("VirtualMachines", "Ssh"), "Gantry.Engine.Running", "Gantry.Engine.Links"]),
        ("Gantry.Executors.VirtualMachines.VirtualBox", ["Gantry.Executors.VirtualMachines.Parallels"]),
        ("Gantry.Executors.VirtualMachines.Parallels", ["Gantry.Executors.VirtualMachines.VirtualBox"]),
        ("Gantry.Coordinator.Store", ["Gantry.Coordinator.Web", "Gantry.Coordinator.RunnerApi", "Gantry.Coordinator.RestApi", "Gantry.Coordinator.Queue"]),
        ("Gantry.Coordinator.Traces", ["Gantry.Coordinator.Web", "Gantry.Coordinator.RunnerApi", "Gantry.Coordinator.RestApi", "Gantry.Coordinator.Artifacts"]),
        ("Gantry.Coordinator.Artifacts", ["Gantry.Coordinator.Web", "Gantry.Coordinator.RunnerApi", "Gantry.Coordinator.RestApi", "Gantry.Coordinator.Traces"]),
        ("Gantry.Coordinator.Queue", ["Gantry.Coordinator.Web", "Gantry.Coordinator.RunnerApi", "Gantry.Coordinator.RestApi"]),
        ("Gantry.Coordinator.RunnerApi", ["Gantry.Coordinator.Web"]),
        ("Gantry.Coordinator.RestApi", ["Gantry.Coordinator.Web"]),
        ("Gantry.Coordinator.Web", ["Gantry.Coordinator.RunnerApi"]),
    ];

    /// <summary>Rooms that compute and nothing else.</summary>
    private static readonly string[] Pure = ["Gantry.Engine.Plans", "Gantry.Engine.Shells", "Gantry.Protocol", "Gantry.Pipelines"];

    private static readonly string[] Outside =
        ["File", "Directory", "FileStream", "StreamReader", "StreamWriter", "FileInfo", "DirectoryInfo", "Socket", "HttpClient", "Process", "Dns"];

    /// <summary>Found by using directives and by qualified names, which is how C# reaches another namespace.</summary>
    public static IEnumerable<Violation> Breaks(IEnumerable<SourceFile> files) =>
        from file in files
        let room = RoomOf(file)
        from arrow in Arrows
        where IsWithin(room, arrow.Room)
        from name in Mentions(file)
        from forbidden in arrow.Forbidden
        where IsWithin(name, forbidden)
        group forbidden by (file.Path, forbidden) into found
        select new Violation(found.Key.Path, $"must not know {found.Key.forbidden}");

    public static IEnumerable<Violation> Impure(IEnumerable<SourceFile> files) =>
        from file in files
        let room = RoomOf(file)
        where Pure.Any(pure => IsWithin(room, pure))
        from name in file.Syntax.DescendantNodes().OfType<IdentifierNameSyntax>()
        where Outside.Contains(name.Identifier.Text)
            && (name.Parent is MemberAccessExpressionSyntax access ? access.Expression == name : name.Parent is ObjectCreationExpressionSyntax)
        group name by file.Path into uses
        select new Violation(uses.Key, $"is a pure room and uses {uses.First().Identifier.Text}");

    /// <summary>An executor knows one kind of place, and no other.</summary>
    private static IEnumerable<string> ExecutorsBut(params string[] known) =>
        new[] { "Autoscaling", "Custom", "Docker", "DockerSsh", "Kubernetes", "Machines", "Shell", "Ssh", "VirtualMachines" }.Except(known).Select(name => "Gantry.Executors." + name);

    private static string RoomOf(SourceFile file) =>
        file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";

    private static IEnumerable<string> Mentions(SourceFile file) =>
        file.Syntax.DescendantNodes().OfType<UsingDirectiveSyntax>().Select(u => u.Name?.ToString() ?? u.NamespaceOrType.ToString())
            .Concat(file.Syntax.DescendantNodes().OfType<QualifiedNameSyntax>().Select(q => q.ToString()))
            .Concat(file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Select(q => q.ToString()))
            .Select(name => Rooted(name, RoomOf(file)));

    // Inside `namespace Gantry.Engine.Plans`, `Running.X` means `Gantry.Engine.Running.X`.
    private static string Rooted(string name, string room) =>
        name.StartsWith("Gantry.", StringComparison.Ordinal) ? name : string.Join('.', room.Split('.').Take(2)) + "." + name;

    private static bool IsWithin(string name, string room) =>
        name == room || name.StartsWith(room + ".", StringComparison.Ordinal);
}
