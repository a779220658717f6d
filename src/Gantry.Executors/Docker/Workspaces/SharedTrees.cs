using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Engine.Processes;
using Gantry.Engine.Sources.Mirrors;
using Gantry.Executors.Docker.Running;
using Gantry.Executors.Docker.Volumes;
using Gantry.Executors.Workspaces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Docker.Workspaces;

/// <summary>
/// Hands a pristine checkout to a job copy-on-write: a volume of type overlay whose lower folder is the checkout, which the kernel
/// only reads, and whose upper folder takes what the job writes. Nothing is copied, whatever the size of the repository.
/// <para>It is for jobs that would get the same files by the archive call: root in the container, the engine's kernel and the
/// runner's folders on one machine, no service that looks at the checkout. Whether the engine sees the runner's folders cannot be
/// asked; a volume that cannot be mounted says no, and the executor does not try again.</para>
/// <para>Once one was mounted, the few other files of later jobs need no archive call either, which costs an engine almost as much as
/// a start: they are written into a folder of the runner's that becomes the job's root. A job's own files in it are not read here.</para>
/// </summary>
internal sealed partial class SharedTrees(DockerJob job, JobVolumes volumes, SharedTreeSettings settings)
{
    // They divide the options of a mount.
    private static readonly char[] Unsayable = [',', ':', '\\', '"'];

    private const string VolumeSuffix = "-tree";
    private const char Between = '@';

    private string? _folder;

    /// <summary>
    /// The engine has really done so: the kernel makes a folder of its own in the working folder of an overlay. Podman's socket takes
    /// the options and gives an empty volume; an engine elsewhere may find another folder of the same name.
    /// </summary>
    public bool IsMounted => _folder is { } folder && Directory.Exists(Path.Combine(folder, "work", "work"));

    /// <summary>The other trees are in the job's root as well: nothing is left to copy.</summary>
    public bool HoldsAll { get; private set; }

    /// <summary>
    /// Mounts the first tree that can be shared; to be called before the container is made.
    /// </summary>
    /// <param name="trees">What is to be placed.</param>
    /// <param name="user">Who the container runs as.</param>
    /// <returns>The tree that need not be copied; null when all must.</returns>
    public PlacedTree? Take(IReadOnlyList<PlacedTree> trees, string user)
    {
        if (settings.Switch.IsOff || _folder is not null || !IsRoot(user) || !settings.EngineIsSuitable || job.Plan.Services.Count > 0 || job.Settings.Services.Count > 0
            || job.Settings.VolumeKeep || !volumes.OwnsRoot || trees.FirstOrDefault(tree => tree is { SharedAs: not null, Source: not null }) is not { } tree)
        {
            return null;
        }

        var folder = Path.Combine(settings.Folder, settings.ProcessId + Between + job.Name);
        if ((tree.Source + folder).IndexOfAny(Unsayable) >= 0)
        {
            return null;
        }

        try
        {
            // Jobs may leave set-id programs there: nobody else of this machine may reach them.
            PrivateFolder.Create(settings.Folder);
            Directory.CreateDirectory(Path.Combine(folder, "upper"));
            Directory.CreateDirectory(Path.Combine(folder, "work"));
            File.WriteAllText(Path.Combine(folder, KeptSources.SharedTree), tree.SharedAs!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            GiveUp(e.Message);
            return null;
        }

        _folder = folder;
        var name = job.Name + VolumeSuffix;
        job.Belongings.AddVolume(name);
        volumes.AddOverlay(name, tree.Target, new Dictionary<string, string>
        {
            ["type"] = "overlay",
            ["device"] = "overlay",
            ["o"] = $"lowerdir={tree.Source},upperdir={folder}/upper,workdir={folder}/work",
        });
        HoldsAll = HoldRest(Path.Combine(folder, "root"), tree, [.. trees.Where(other => other != tree)]);
        return tree;
    }

    /// <summary>Finds what an earlier process shared with this job, so that it goes with the job.</summary>
    public void Find() => _folder = Directory.Exists(settings.Folder)
        ? Directory.GetDirectories(settings.Folder).FirstOrDefault(folder => Path.GetFileName(folder).Split(Between, 2)[^1] == job.Name)
        : null;

    /// <summary>It is mounted, and the folders of all volumes are as jobs need them.</summary>
    public void Prove()
    {
        settings.Switch.Prove(volumes.Others);
        settings.Note?.Write();
    }

    /// <summary>A container could not be started: the engine may no longer be the one that mounted an overlay.</summary>
    public void Doubt(string why)
    {
        if (HoldsAll && !IsMounted)
        {
            TurnOff(why);
        }
    }

    /// <summary>The engine could not mount it; from now on trees are copied.</summary>
    public void GiveUp(string why)
    {
        volumes.DropOverlay();
        HoldsAll = false;
        TurnOff(why);
    }

    /// <summary>
    /// What the job wrote goes. Only to be called when its containers and volumes are gone: while one of its processes lives, it could
    /// exchange folders for links under the hands that remove them.
    /// </summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (_folder is { } folder)
        {
            await RemoveAsync([folder], cancellationToken);
        }
    }

    /// <summary>What was left by earlier processes on one engine: folders whose volume is no more.</summary>
    /// <param name="folder">See <see cref="SharedTreeSettings.FolderOf"/>.</param>
    /// <param name="processId">Of this process, whose jobs may be running.</param>
    /// <param name="volumes">Names of this runner's volumes on that engine.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task SweepAsync(string folder, string processId, IReadOnlySet<string> volumes, CancellationToken cancellationToken)
    {
        var left = from job in Directory.Exists(folder) ? Directory.GetDirectories(folder) : []
                   let name = Path.GetFileName(job).Split(Between, 2)
                   where name[0] != processId && !volumes.Contains(name[^1] + VolumeSuffix)
                   select job;
        await RemoveAsync([.. left], cancellationToken);
    }

    private void TurnOff(string why)
    {
        settings.Note?.Delete();
        if (settings.Switch.TurnOff())
        {
            Log.NotShared(settings.Logger, why);
        }
    }

    private bool HoldRest(string root, PlacedTree shared, IReadOnlyList<PlacedTree> rest)
    {
        var top = job.Plan.Folders.Builds.TrimEnd('/') + "/";
        bool Fits(PlacedTree tree) => tree.Target.StartsWith(top, StringComparison.Ordinal) && !tree.Target.Split('/').Any(part => part is "." or "..");
        if (!OperatingSystem.IsLinux() || !settings.Knows(volumes.Others) || !Fits(shared) || !rest.All(tree => tree.Source is null && Fits(tree)))
        {
            return false;
        }

        try
        {
            MakeFolder(root);
            // What the job sees of the checkout's own folder.
            MakeFolder(Path.Combine(Path.GetDirectoryName(root)!, "upper"));
            foreach (var tree in rest.Prepend(shared))
            {
                var folder = root;
                foreach (var part in tree.Target[top.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
                {
                    folder = Path.Combine(folder, part);
                    MakeFolder(folder);
                }

                foreach (var (name, content) in tree.Files)
                {
                    using var file = new FileStream(Path.Combine(folder, name), new FileStreamOptions
                    {
                        Mode = FileMode.CreateNew,
                        Access = FileAccess.Write,
                        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    });
                    file.Write(content.Span);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The archive call says what is wrong, if it still is.
            return false;
        }

        return volumes.BindRoot(root);
    }

    /// <summary>As the archive makes it for root.</summary>
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private void MakeFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        var owner = JobOwner.Root with { Open = !job.Plan.Flags["FF_DISABLE_UMASK_FOR_DOCKER_EXECUTOR"] };
        File.SetUnixFileMode(folder, owner.Mode(TreeTar.Folder));
    }

    // Names may be bytes that are no text, and modes may be any: rm knows them all, and follows no link.
    private static async Task RemoveAsync(IReadOnlyList<string> folders, CancellationToken cancellationToken)
    {
        if (folders.Count > 0)
        {
            var run = await ChildProcess.RunAsync(new ProcessStart { FileName = "rm", Arguments = ["-rf", "--", .. folders] }, 1 << 14, cancellationToken);
            if (!run.Exit.IsSuccess)
            {
                throw new IOException(run.Error.Trim());
            }
        }
    }

    private static bool IsRoot(string user) => user.Split(':')[0] is "" or "0" or "root";

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "docker: checkouts are copied into containers; this engine cannot share the runner's: {Why}")]
        public static partial void NotShared(ILogger logger, string why);
    }
}
