using System.Collections.Concurrent;
using System.Globalization;

namespace Gantry.Engine.Sources.Mirrors;

/// <summary>
/// The private bare mirror of one project in the runner's state folder: objects come over the network once and serve every job.
/// No job ever sees or writes it. One fetch at a time; readers need no lock.
/// <para>A project whose repository is on this machine already needs none: checkouts are then made from the repository itself.</para>
/// </summary>
internal sealed class ProjectMirror(string folder)
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    public string Folder { get; } = folder;

    /// <summary>The address that a request's checkout is fetched from, and under which names the references are there.</summary>
    /// <param name="git">Updates the mirror where there is one.</param>
    /// <param name="request">What is needed.</param>
    /// <param name="cancellationToken">Ends the update.</param>
    /// <exception cref="GitException">The server or the network said no.</exception>
    public async Task<MirrorSource> OpenAsync(HostGit git, SourceTreeRequest request, CancellationToken cancellationToken)
    {
        if (request.Remote.Plain.StartsWith("file://", StringComparison.Ordinal))
        {
            return new MirrorSource(request.Remote.Plain, [.. Wanted(request)]);
        }

        await UpdateAsync(git, request, cancellationToken);
        // The mirror holds the references under the names they get in the checkout.
        return new MirrorSource("file://" + Folder, [.. Wanted(request).Select(spec => spec.TrimStart('+').Split(':', 2)[^1]).Select(name => $"+{name}:{name}")]);
    }

    private SemaphoreSlim Gate => Gates.GetOrAdd(Folder, _ => new SemaphoreSlim(1, 1));

    /// <summary>Makes sure that the commit and the references of the request are there.</summary>
    private async Task UpdateAsync(HostGit git, SourceTreeRequest request, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            await EnsureAsync(git, request, cancellationToken);
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

    private async Task EnsureAsync(HostGit git, SourceTreeRequest request, CancellationToken cancellationToken)
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

/// <summary>Where a checkout is fetched from.</summary>
/// <param name="Address">For <c>git fetch</c>.</param>
/// <param name="Refspecs">From the names there to those in the checkout.</param>
internal sealed record MirrorSource(string Address, IReadOnlyList<string> Refspecs);
