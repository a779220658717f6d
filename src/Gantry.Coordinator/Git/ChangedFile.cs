namespace Gantry.Coordinator.Git;

/// <param name="Path">From the root.</param>
/// <param name="Added">Lines that are new.</param>
/// <param name="Removed">Lines that are gone.</param>
/// <param name="IsBinary">No lines are counted.</param>
internal sealed record ChangedFile(string Path, int Added, int Removed, bool IsBinary);
