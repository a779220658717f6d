using System.Formats.Tar;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Running;
using Gantry.Executors.Docker.Volumes;
using Gantry.Executors.Workspaces;

namespace Gantry.Executors.Docker.Workspaces;

/// <summary>
/// Files into and out of a job's volumes by the engine's archive calls. They work on containers that never ran or have ended, with
/// engines on this machine and elsewhere, with and without rights on the engine's disk.
/// </summary>
internal sealed class ContainerFiles(DockerJob job, BuildContainer build, JobVolumes volumes, SharedTrees shared, string jobFolder) : IJobFiles
{
    private JobOwner? _owner;
    private bool _volumesOwned;

    /// <exception cref="EnvironmentException">The engine refused.</exception>
    public async Task PlaceAsync(IReadOnlyList<PlacedTree> trees, CancellationToken cancellationToken)
    {
        try
        {
            if (!await ShareAsync(trees, cancellationToken))
            {
                await CopyAsync(trees, cancellationToken);
            }
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"the job's files could not be handed to its container: {e.Message}", e);
        }
    }

    public async Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        try
        {
            return await FetchedView.MakeAsync(jobFolder, async view =>
            {
                var run = await build.GetAsync(cancellationToken);
                foreach (var path in paths)
                {
                    await ArchiveCopy.FetchAsync(job.Engine.Containers, run.Container, (folder, path), view, cancellationToken);
                }
            });
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"the job's files could not be read from its container: {e.Message}", e);
        }
    }

    /// <summary>What jobs wrote above shared trees.</summary>
    public Task RemoveAsync(CancellationToken cancellationToken) => shared.RemoveAsync(cancellationToken);

    /// <summary>A container could not be started.</summary>
    public void Doubt(string why) => shared.Doubt(why);

    /// <summary>False: nothing was placed.</summary>
    private async Task<bool> ShareAsync(IReadOnlyList<PlacedTree> trees, CancellationToken cancellationToken)
    {
        if (build.IsMade || shared.Take(trees, build.User) is not { } tree)
        {
            return false;
        }

        try
        {
            if (shared.HoldsAll)
            {
                await build.GetAsync(cancellationToken);
                return true;
            }

            await CopyAsync([.. trees.Where(other => other != tree)], cancellationToken);
            if (shared.IsMounted)
            {
                shared.Prove();
                return true;
            }

            shared.GiveUp("it has made an empty volume instead");
        }
        catch (Exception e) when (e is EngineException or EnvironmentException)
        {
            shared.GiveUp(e.Message);
        }

        await build.DropAsync(cancellationToken);
        _volumesOwned = false;
        return false;
    }

    private async Task CopyAsync(IReadOnlyList<PlacedTree> trees, CancellationToken cancellationToken)
    {
        var run = await build.GetAsync(cancellationToken);
        var owner = await OwnerAsync(run.Container, cancellationToken);
        using var content = new TarContent((stream, token) => WriteAsync(stream, trees, owner, token));
        await job.Engine.Containers.PutArchiveAsync(run.Container, "/", content, cancellationToken);
        _volumesOwned = true;
    }

    private async Task WriteAsync(Stream stream, IReadOnlyList<PlacedTree> trees, JobOwner owner, CancellationToken cancellationToken)
    {
        await using var tar = new TreeTar(stream, owner, job.Time);
        foreach (var volume in _volumesOwned ? [] : volumes.Mounts)
        {
            await tar.AddFolderAsync(volume.Target, cancellationToken);
        }

        foreach (var tree in trees)
        {
            await tar.AddAsync(tree, job.Plan.Folders.Builds, cancellationToken);
        }
    }

    private async Task<JobOwner> OwnerAsync(string container, CancellationToken cancellationToken)
    {
        if (_owner is { } known)
        {
            return known;
        }

        var owner = await JobOwner.OfAsync(build.User, () => ReadTextAsync(container, "/etc/passwd", cancellationToken), () => ReadTextAsync(container, "/etc/group", cancellationToken));
        if (job.Plan.Flags["FF_DISABLE_UMASK_FOR_DOCKER_EXECUTOR"])
        {
            owner = owner with { Open = false };
        }

        _owner = owner;
        return owner;
    }

    private async Task<string?> ReadTextAsync(string container, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var archive = await job.Engine.Containers.GetArchiveAsync(container, path, cancellationToken);
            await using var reader = new TarReader(archive);
            var entry = await reader.GetNextEntryAsync(copyData: false, cancellationToken);
            if (entry?.DataStream is not { } data)
            {
                return null;
            }

            using var text = new StreamReader(data, Encoding.UTF8);
            return await text.ReadToEndAsync(cancellationToken);
        }
        catch (EngineException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
