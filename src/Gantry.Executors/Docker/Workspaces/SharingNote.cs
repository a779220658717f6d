using System.Security.Cryptography;
using System.Text;
using Gantry.Engine;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Workspaces;

/// <summary>
/// A file that says: this engine has mounted overlays of folders that this process's folders are beside. For processes that live for
/// one pipeline and would find it out with their first jobs each time. It holds for one view of the file systems: in a container that
/// sees the same note but other folders, it does not count.
/// </summary>
internal sealed class SharingNote
{
    private readonly string _path;

    private SharingNote(string path) => _path = path;

    public bool IsThere => File.Exists(_path);

    /// <returns>Null when nothing is noted: no folder for it, or a system without views of file systems.</returns>
    public static SharingNote? Of(DockerSurroundings surroundings, EngineEndpoint endpoint, EngineFacts facts)
    {
        if (surroundings.Notes is not { } notes || new FileInfo("/proc/self/ns/mnt").LinkTarget is not { } view)
        {
            return null;
        }

        var name = SHA256.HashData(Encoding.UTF8.GetBytes($"{facts.Key(endpoint)}\n{view}\n{notes.FoldersAreIn}"));
        return new SharingNote(Path.Combine(notes.Folder, Convert.ToHexStringLower(name.AsSpan(0, 8))));
    }

    public void Write()
    {
        try
        {
            if (!IsThere)
            {
                PrivateFolder.Create(Path.GetDirectoryName(_path)!);
                File.WriteAllText(_path, "");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next process finds out for itself.
        }
    }

    public void Delete()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder is not there, or is another user's.
        }
    }
}
