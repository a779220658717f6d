using Gantry.Engine;
using Gantry.Engine.Archives;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Stages;
using Gantry.Engine.Traces;
using Gantry.Protocol.Jobs;
using Gantry.Runner.Links;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Transfers;

/// <summary>
/// The helper commands' work, done by the runner's process on copies of a job's files (docs/adr/0010). Those files are the job's: they
/// are selected and archived without following links, and what comes from elsewhere is unpacked in a fresh folder first.
/// </summary>
/// <param name="loggers">A logger in the helper's format that writes to a job's log (official-job-protocol §3.10).</param>
/// <param name="time">The clock.</param>
public sealed class JobTransfers(Func<IJobLog, ILogger> loggers, TimeProvider time) : IFileTransfers
{
    private const int DownloadRetries = 2;

    /// <summary>For stores of caches; null: there are none.</summary>
    public ServiceHttp? Http { get; init; }

    public Task<bool> UploadAsync(TransferScene scene, JobArtifact artifact, CancellationToken cancellationToken) => TryAsync(scene, null, async (tools, token) =>
    {
        await using var view = await OpenAsync(tools, scene, artifact.Paths, artifact.Untracked, token);
        await new ArtifactsUploader(For(tools, scene, view), JobOf(scene)).RunAsync(
            new UploadRequest
            {
                Paths = artifact.Paths,
                Exclude = artifact.Exclude,
                Untracked = artifact.Untracked,
                Name = artifact.Name.Length > 0 ? artifact.Name : "artifacts",
                ExpireIn = artifact.ExpireIn,
                Format = artifact.ArtifactFormat,
                Type = artifact.ArtifactType,
                CompressionLevel = Variable(scene, "ARTIFACT_COMPRESSION_LEVEL"),
                Timeout = scene.Plan.Runner.Artifact.UploadTimeout,
                ResponseHeaderTimeout = scene.Plan.Runner.Artifact.ResponseHeaderTimeout,
            },
            token);
    }, cancellationToken);

    public Task<bool> DownloadAsync(TransferScene scene, JobDependency producer, CancellationToken cancellationToken) => TryAsync(scene, null, async (tools, token) =>
    {
        using var fresh = new FreshFolder(scene.Folder);
        var job = new TransferJob(producer.Id, ShortToken.Of(producer.Token), scene.Link);
        await new ArtifactsDownloader(tools with { WorkingFolder = fresh.Path }, job).RunAsync(
            new Secret(producer.Token), DownloadRetries, scene.Plan.Flags["FF_USE_DIRECT_DOWNLOAD"], scene.Folder, token);
        await PlaceAsync(scene, fresh.Path, scene.Plan.Folders.Project, token);
    }, cancellationToken);

    public Task<bool> RestoreCacheAsync(
        TransferScene scene, PlannedCache entry, CachePlace candidate, CancellationToken cancellationToken) => TryAsync(scene, CacheLimit(scene), async (tools, token) =>
    {
        var (folder, name) = PartsOf(scene, candidate.File);
        await using var view = await scene.Workspace.OpenAsync(folder, [name], token);
        var archive = Path.Combine(view.Path, name);
        RemoveUnlessFile(archive);
        using var fresh = new FreshFolder(scene.Folder);
        var before = StampOf(archive);
        var remote = scene.RemoteCaches.GetValueOrDefault(candidate.Key);
        await new CacheExtractor(tools with { WorkingFolder = fresh.Path }).RunAsync(
            new CacheExtractRequest
            {
                File = archive,
                Remote = remote?.Address,
                Alternate = remote?.Alternate,
                Key = candidate.HumanKey,
                WantedKey = candidate == entry.Own ? "" : entry.HumanKey,
            },
            token);
        await PlaceAsync(scene, fresh.Path, scene.Plan.Folders.Project, token);
        if (StampOf(archive) != before)
        {
            // Kept beside the jobs, so that an unchanged cache is neither fetched nor stored again.
            await PlaceAsync(scene, view.Path, folder, token);
        }
    }, cancellationToken);

    public Task<bool> SaveCacheAsync(TransferScene scene, PlannedCache cache, CancellationToken cancellationToken) => TryAsync(scene, CacheLimit(scene), async (tools, token) =>
    {
        var (folder, name) = PartsOf(scene, cache.Own!.File);
        var (otherFolder, otherName) = PartsOf(scene, cache.Own.AlternateFile);
        await using var files = await OpenAsync(tools, scene, cache.Paths, cache.Untracked, token);
        await using var archives = await scene.Workspace.OpenAsync(folder, [name], token);
        await using var others = otherFolder == folder ? null : await scene.Workspace.OpenAsync(otherFolder, [otherName], token);
        var archive = Path.Combine(archives.Path, name);
        var other = others is null ? archive : Path.Combine(others.Path, otherName);
        RemoveUnlessFile(archive);
        RemoveUnlessFile(other);
        Backdate(archive);
        var before = StampOf(archive);
        await new CacheArchiver(For(tools, scene, files)).RunAsync(
            new CacheArchiveRequest
            {
                File = archive,
                AlternateFile = other,
                Remote = scene.RemoteCaches.GetValueOrDefault(cache.Own.Key)?.Address,
                Key = cache.HumanKey,
                Metadata = CacheArchiveRequest.MetadataOf(cache.HumanKey),
                Paths = cache.Paths,
                Untracked = cache.Untracked,
                CompressionFormat = Variable(scene, "CACHE_COMPRESSION_FORMAT"),
                CompressionLevel = Variable(scene, "CACHE_COMPRESSION_LEVEL"),
            },
            token);
        if (StampOf(archive) != before)
        {
            await PlaceAsync(scene, archives.Path, folder, token);
        }
    }, cancellationToken);

    private async Task<bool> TryAsync(
        TransferScene scene, TimeSpan? limit, Func<TransferTools, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var logger = loggers(scene.Log);
        using var timeout = new CancellationTokenSource(limit ?? Timeout.InfiniteTimeSpan, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await work(new TransferTools { WorkingFolder = scene.Folder, Environment = scene.Environment, PlaceIsWindows = scene.Plan.PlaceIsWindows, Time = time, Logger = logger, Http = Http }, both.Token);
            return true;
        }
        catch (TransferException problem)
        {
            TransferLog.Fatal(logger, problem.Message);
            return false;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            TransferLog.Fatal(logger, problem.Message);
            return false;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            TransferLog.Fatal(logger, $"timed out after {limit}");
            return false;
        }
    }

    private static TransferTools For(TransferTools tools, TransferScene scene, WorkspaceView view) => tools with
    {
        WorkingFolder = view.Path,
        NamedFolder = scene.Plan.Folders.Project,
        Untracked = token => scene.Untracked(view, token),
    };

    private static TransferJob JobOf(TransferScene scene) =>
        new(scene.Plan.Payload.Id, ShortToken.Of(scene.Plan.Payload.Token), scene.Link);

    /// <summary>Only what the paths can select is fetched; the wrong ones are complained about later.</summary>
    private static Task<WorkspaceView> OpenAsync(
        TransferTools tools, TransferScene scene, IReadOnlyList<string> paths, bool untracked, CancellationToken cancellationToken)
    {
        var project = scene.Plan.Folders.Project;
        var starts = untracked
            ? ["."]
            : FileSelection.FoldersOf(project, paths.Select(path => tools.PathOf(path, _ => { })));
        return scene.Workspace.OpenAsync(project, starts, cancellationToken);
    }

    private static Task PlaceAsync(TransferScene scene, string source, string target, CancellationToken cancellationToken) =>
        scene.Workspace.PlaceAsync([new PlacedTree { Source = source, Target = target }], scene.Log, cancellationToken);

    private static TimeSpan? CacheLimit(TransferScene scene) =>
        scene.Plan.Settings.CacheRequestTimeout is > 0 and var minutes ? TimeSpan.FromMinutes(minutes) : null;

    private static string Variable(TransferScene scene, string name) => scene.Environment.GetValueOrDefault(name, "");

    private static (string Folder, string Name) PartsOf(TransferScene scene, string file)
    {
        var path = GuestPath.IsAbsolute(file) ? GuestPath.Clean(file) : GuestPath.Join(scene.Plan.Folders.Project, file);
        var slash = path.LastIndexOf('/');
        return (path[..slash], path[(slash + 1)..]);
    }

    /// <summary>A cache volume belongs to its jobs: what stands there instead of an archive must not lead the runner elsewhere.</summary>
    private static void RemoveUnlessFile(string path)
    {
        if (new FileInfo(path) is { LinkTarget: not null } link)
        {
            link.Delete();
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>Times come out of containers in whole seconds: a file changed in the archive's own second must count as newer.</summary>
    private static void Backdate(string archive)
    {
        if (File.Exists(archive))
        {
            File.SetLastWriteTimeUtc(archive, File.GetLastWriteTimeUtc(archive).AddSeconds(-1));
        }
    }

    private static (bool Exists, long Length, DateTime Time) StampOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (true, file.Length, file.LastWriteTimeUtc) : default;
    }

    /// <summary>An empty folder, gone at the end.</summary>
    private sealed class FreshFolder : IDisposable
    {
        public FreshFolder(string parent)
        {
            Path = System.IO.Path.Combine(parent, "files-" + Guid.NewGuid().ToString("n"));
            Directory.CreateDirectory(Path);
        }

        public string Path { get; }

        public void Dispose()
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (UnauthorizedAccessException)
            {
                // A folder without its own rights in an archive; the job's folder goes as a whole, later.
            }
        }
    }
}
