using Gantry.Engine.Executors;
using Gantry.Engine.Keeping;
using Gantry.Executors.Docker;

namespace Gantry.Exec;

/// <summary>
/// Caches of local runs that outlive them, for <c>gantry prune</c>: a folder per project for jobs of the shell, a volume of the
/// engine for jobs in containers, and a checkout of a large project. A file per volume, renewed by every run, says when it was used.
/// </summary>
/// <param name="stateFolder">Of local runs.</param>
internal sealed class ExecCaches(string stateFolder)
{
    private string Folders => Path.Combine(stateFolder, "cache");

    private string Checkouts => Path.Combine(stateFolder, "checkouts");

    private string Marks => Path.Combine(stateFolder, "volumes");

    public string FolderOf(string key) => Path.Combine(Folders, key);

    /// <summary>Where the checkout of a project's last run is, if it was kept (<see cref="Engine.Sources.Mirrors.SpareTree"/>).</summary>
    public string CheckoutOf(string key) => Path.Combine(Checkouts, key);

    /// <summary>The volume of a project, marked as used now.</summary>
    public string UseVolume(string key)
    {
        var name = "gantry-exec-" + key;
        Directory.CreateDirectory(Marks);
        File.WriteAllText(Path.Combine(Marks, name), "");
        return name;
    }

    /// <summary>Everything that is there.</summary>
    /// <param name="open">Opens the engine; asked only when there are volumes.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EnvironmentException">The engine cannot be asked.</exception>
    public async Task<IReadOnlyList<KeptThing>> FindAsync(Func<DockerExecutor> open, CancellationToken cancellationToken)
    {
        List<KeptThing> things =
        [
            .. Names(Folders, Directory.GetDirectories).Select(folder => Kept("cache", folder)),
            .. Names(Checkouts, Directory.GetDirectories).Select(folder => Kept("checkout", folder)),
        ];
        var marks = Names(Marks, Directory.GetFiles).ToDictionary(
            path => Path.GetFileName(path), path => new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero), StringComparer.Ordinal);
        if (marks.Count > 0)
        {
            using var docker = open();
            things.AddRange((await docker.VolumesAsync(marks, cancellationToken)).Select(Unmarking));
        }

        return things;
    }

    private static string[] Names(string folder, Func<string, string[]> list) => Directory.Exists(folder) ? list(folder) : [];

    private static KeptThing Kept(string kind, string folder)
    {
        var files = new DirectoryInfo(folder)
            .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint }).ToList();
        return new KeptThing
        {
            Kind = kind,
            Name = folder,
            Bytes = files.Sum(file => file.Length),
            LastUsed = new DateTimeOffset(files.Select(file => file.LastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(folder)).Max(), TimeSpan.Zero),
            Disk = KeptDisk.Of(folder),
            RemoveAsync = _ => Task.FromResult(Remove(folder)),
        };
    }

    private static string? Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    private KeptThing Unmarking(KeptThing volume) => volume with
    {
        RemoveAsync = async token =>
        {
            var problem = await volume.RemoveAsync(token);
            if (problem is null)
            {
                File.Delete(Path.Combine(Marks, volume.Name));
            }

            return problem;
        },
    };
}
