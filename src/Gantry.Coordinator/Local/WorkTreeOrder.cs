namespace Gantry.Coordinator.Local;

/// <summary>The folder to look at, and what for.</summary>
/// <param name="Folder">Inside a repository, or a plain folder. Absolute.</param>
/// <param name="ConfigurationPath">A plain folder is preferred when only it has this file.</param>
/// <param name="Repository">Where our bare repository goes; must not exist. Null when nothing is to be committed or published.</param>
public sealed record WorkTreeOrder(string Folder, string ConfigurationPath, string? Repository)
{
    /// <summary>The files as they are will be committed: git begins to read them at once.</summary>
    public bool Stage { get; init; }
}
