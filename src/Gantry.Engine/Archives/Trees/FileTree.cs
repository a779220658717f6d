namespace Gantry.Engine.Archives.Trees;

/// <summary>Picks the implementation: system calls relative to an open folder on Linux, checked paths elsewhere.</summary>
internal static class FileTree
{
    /// <param name="root">Trusted: links in the path of the root itself are followed.</param>
    public static ISourceTree Read(string root) =>
        LinuxSystem.IsSupported ? new LinuxSourceTree(root) : new PortableSourceTree(root);

    /// <inheritdoc cref="Read"/>
    public static ITargetTree Write(string root) =>
        LinuxSystem.IsSupported ? new LinuxTargetTree(root) : new PortableTargetTree(root);
}
