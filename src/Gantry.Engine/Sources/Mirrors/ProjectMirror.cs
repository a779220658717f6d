using System.Collections.Concurrent;
using System.Globalization;

namespace Gantry.Engine.Sources.Mirrors;

/// <summary>
/// The private bare mirror of one project in the runner's state folder: objects come over the network once and serve every job.
/// No job ever sees or writes it. One fetch at a time; readers need no lock.
/// </summary>
internal sealed class ProjectMirror(string folder)
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    public string Folder { get; } = folder;

    private SemaphoreSlim Gate => Gates.GetOrAdd(Folder, _ => new SemaphoreSlim(1, 1));

    /// <summary>Makes sure that the commit and the references of the request are there.</summary>
    /// <exception cref="GitException">The server or the network said no.</exception>
    public async Task UpdateAsync(HostGit git, SourceTreeRequest request, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            await OpenAsync(git, request, cancellationToken);
            var shallow = File.Exists(Path.Combine(Folder, "shallow"));
            var fresh = !Directory.EnumerateFileSystemEntries(Path.Combine(Folder, "objects", "pack")).Any();
            IReadOnlyList<string> depth = request.Depth > 0
                ? fresh || shallow ? ["--depth", request.Depth.ToString(CultureInfo.InvariantCulture)] : []
                : shallow ? ["--unshallow"] : [];
            // Without pruning: other pipelines of this project use the mirror too.
            await git.RunAsync(Folder,
                ["fetch", "--quiet", "--no-recurse-submodules", "--no-tags", "--force", .. depth, "--", request.Remote.Plain, .. Wanted(request)], cancellationToken);
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>The request's refspecs, and the commit itself when nothing names it.</summary>
    private static IEnumerable<string> Wanted(SourceTreeRequest request) =>
        request.Refspecs.Count > 0 ? request.Refspecs : [$"+{request.Sha}:refs/gantry/{request.Sha}"];

    private async Task OpenAsync(HostGit git, SourceTreeRequest request, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(Folder, "HEAD")))
        {
            return;
        }

        Directory.CreateDirectory(Folder);
        var format = request.Plan.Payload.GitInfo.RepoObjectFormat;
        await git.RunAsync(Folder,
            ["init", "--quiet", "--bare", "--template=", .. format is "" or "sha1" ? (IReadOnlyList<string>)[] : ["--object-format", format], "."], cancellationToken);
        // Checkouts ask for commits that no branch names any more.
        await git.RunAsync(Folder, ["config", "uploadpack.allowAnySHA1InWant", "true"], cancellationToken);
    }
}
