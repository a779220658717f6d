using Gantry.Executors.Docker.Api;
using Gantry.Executors.Workspaces;

namespace Gantry.Executors.Docker.Workspaces;

/// <summary>Copies out of a container by the engine's archive call.</summary>
internal static class ArchiveCopy
{
    /// <summary>Nothing there is no error.</summary>
    /// <param name="containers">Of the engine.</param>
    /// <param name="container">Which.</param>
    /// <param name="place">A folder, and a path below it or <c>.</c>, which the copy keeps.</param>
    /// <param name="view">Takes the copy: a folder of the runner's own.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <exception cref="EngineException">The engine refuses.</exception>
    public static async Task FetchAsync(
        EngineContainers containers, string container, (string Folder, string Path) place, string view, CancellationToken cancellationToken)
    {
        var (folder, path) = (place.Folder.TrimEnd('/'), place.Path.Trim('/'));
        var whole = path is "." or "";
        var source = whole ? folder : $"{folder}/{path}";
        // The engine names entries from the last part of the path on.
        var prefix = source[(source.LastIndexOf('/') + 1)..];
        Stream archive;
        try
        {
            archive = await containers.GetArchiveAsync(container, source, cancellationToken);
        }
        catch (EngineException e) when (e.IsNotFound)
        {
            return;
        }

        await using (archive)
        {
            await TarExtraction.RunAsync(archive, view, name =>
            {
                var below = name.TrimEnd('/') == prefix ? "" : name.StartsWith(prefix + "/", StringComparison.Ordinal) ? name[(prefix.Length + 1)..] : null;
                return below is null ? null : whole ? below : $"{path}/{below}";
            }, cancellationToken);
        }
    }
}
