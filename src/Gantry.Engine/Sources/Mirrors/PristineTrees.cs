using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.Versioning;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Sources.Mirrors;

/// <summary>
/// Checkouts by commit in the runner's state folder: made once from the mirror, then only read. Each is a whole repository (no
/// alternates, no paths of this machine), as git would have made it inside the job's place.
/// </summary>
internal sealed class PristineTrees(string stateFolder, IJobLog log)
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    /// <summary>Where the checkout is or would be.</summary>
    public string FolderOf(SourceTreeRequest request) => Path.Combine(stateFolder, "trees", request.Project, request.Key);

    /// <summary>The folder of the checkout; made when there is none.</summary>
    /// <exception cref="GitException">Git failed; it has said why in the log.</exception>
    /// <exception cref="IOException">The state folder cannot be written.</exception>
    public async Task<string> GetAsync(HostGit git, SourceTreeRequest request, CancellationToken cancellationToken)
    {
        var folder = FolderOf(request);
        var gate = Gates.GetOrAdd(folder, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (!Directory.Exists(folder))
            {
                await MakeAsync(git, request, folder, cancellationToken);
            }

            // The age of this file is what `prune` goes by.
            await File.WriteAllBytesAsync(folder + ".used", [], cancellationToken);
            return folder;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task MakeAsync(HostGit git, SourceTreeRequest request, string folder, CancellationToken cancellationToken)
    {
        var mirror = new ProjectMirror(Path.Combine(stateFolder, "mirrors", request.Project));
        var source = await mirror.OpenAsync(git, request, cancellationToken);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        var work = folder + ".new-" + Guid.NewGuid().ToString("n");
        try
        {
            if (!await RenewAsync(git, request, source, work, cancellationToken))
            {
                Directory.CreateDirectory(work);
                await InitAsync(request, work, cancellationToken);
                await FetchAsync(git, request, source, work, cancellationToken);
            }

            if (request.Plan.Settings.Checkout)
            {
                await CompleteAsync(git, request, work, cancellationToken);
            }

            // What is written into the configuration last is what the job's own git finds.
            await ConfigureAsync(request, work, cancellationToken);
            if (request.Open && !OperatingSystem.IsWindows())
            {
                OpenAll(new DirectoryInfo(work));
            }

            Directory.Move(work, folder);
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    /// <summary>From the spare checkout. False: there is none that will do, and nothing is left of it.</summary>
    private async Task<bool> RenewAsync(HostGit git, SourceTreeRequest request, MirrorSource source, string work, CancellationToken cancellationToken)
    {
        if (!request.Plan.Settings.Checkout || request.HasSubmodules || SpareTree.Take(stateFolder, work) is not { } index)
        {
            return false;
        }

        await InitAsync(request, work, cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(work, ".git", "index"), index, cancellationToken);
        var before = await AttributesAsync(git, work, cancellationToken);
        await FetchAsync(git, request, source, work, cancellationToken);
        if (before is not null && before == await AttributesAsync(git, work, cancellationToken))
        {
            return true;
        }

        Directory.Delete(work, recursive: true);
        return false;
    }

    /// <summary>They decide how files look that are the same to git; null when it cannot read its list.</summary>
    private static Task<string?> AttributesAsync(HostGit git, string work, CancellationToken cancellationToken) =>
        git.AskAsync(work, ["ls-files", "--stage", "--", ":(glob)**/.gitattributes"], cancellationToken);

    /// <summary>Everybody may do what the owner may.</summary>
    [UnsupportedOSPlatform("windows")]
    private static void OpenAll(DirectoryInfo folder)
    {
        foreach (var item in folder.EnumerateFileSystemInfos())
        {
            if (item.LinkTarget is null)
            {
                var mode = item.UnixFileMode;
                var owner = (int)(mode & (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
                var open = mode | (UnixFileMode)((owner >> 3) | (owner >> 6));
                if (open != mode)
                {
                    item.UnixFileMode = open;
                }

                if (item is DirectoryInfo inner)
                {
                    OpenAll(inner);
                }
            }
        }
    }

    private static async Task InitAsync(SourceTreeRequest request, string work, CancellationToken cancellationToken)
    {
        await EmptyRepository.MakeAsync(work, request.Plan.Payload.GitInfo.RepoObjectFormat, cancellationToken);
        await SetAsync(
            work,
            [
                ("remote \"origin\"", "url", request.Remote.Plain), ("remote \"origin\"", "fetch", "+refs/heads/*:refs/remotes/origin/*"),
                // The files get other inodes on their way, and git must not read all of them again for that.
                ("core", "checkStat", "minimal"), ("core", "trustctime", "false"),
            ],
            cancellationToken);
    }

    private static async Task FetchAsync(
        HostGit git, SourceTreeRequest request, MirrorSource source, string work, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> depth = request.Depth > 0 ? ["--depth", request.Depth.ToString(CultureInfo.InvariantCulture)] : [];
        await git.RunAsync(work,
            ["-c", "protocol.file.allow=always", "fetch", "--quiet", "--no-recurse-submodules", "--update-shallow", .. request.FetchFlags, .. depth,
                "--", source.Address, .. source.Refspecs], cancellationToken);
        // What is taken first answers whether a reference leads to the commit; without one it is asked for by its name.
        IReadOnlyList<string> take = request.Plan.Settings.Checkout ? Checkout(request) : ["cat-file", "-e", request.Sha + "^{commit}"];
        if (await git.AskAsync(work, take, cancellationToken) is null)
        {
            await git.RunAsync(work,
                ["-c", "protocol.file.allow=always", "fetch", "--quiet", "--no-recurse-submodules", "--update-shallow", .. depth, "--", source.Address, request.Sha],
                cancellationToken);
            await git.RunAsync(work, take, cancellationToken);
        }
    }

    private static IReadOnlyList<string> Checkout(SourceTreeRequest request) =>
        ["-c", "submodule.recurse=false", "checkout", "-f", "-q", "--detach", request.Sha];

    /// <summary>Large files and submodules.</summary>
    private async Task CompleteAsync(HostGit git, SourceTreeRequest request, string work, CancellationToken cancellationToken)
    {
        var large = !request.Plan.Settings.LfsSkipSmudge && await UsesLargeFilesAsync(git, work, cancellationToken);
        if (large)
        {
            await git.RunAsync(work, ["lfs", "pull"], cancellationToken);
        }

        if (request.HasSubmodules)
        {
            await new PristineSubmodules(git, request, log).UpdateAsync(work, large, cancellationToken);
        }
    }

    private static async Task<bool> UsesLargeFilesAsync(HostGit git, string work, CancellationToken cancellationToken) =>
        NamesLargeFiles(new DirectoryInfo(work)) && await git.AskAsync(work, ["lfs", "version"], cancellationToken) is not null;

    /// <summary>Some <c>.gitattributes</c> says so. Links are not followed.</summary>
    private static bool NamesLargeFiles(DirectoryInfo folder) => folder
        .EnumerateFiles(".gitattributes", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Any(file => File.ReadLines(file.FullName).Any(line => line.Contains("filter=lfs", StringComparison.Ordinal)));

    private static Task ConfigureAsync(SourceTreeRequest request, string work, CancellationToken cancellationToken) => SetAsync(
        work,
        [
            ("init", "defaultBranch", "none"), ("fetch", "recurseSubmodules", "false"), ("credential", "interactive", "never"), ("gc", "autoDetach", "false"),
            ("include", "path", request.ExternalConfig),
        ],
        cancellationToken);

    /// <summary>One append instead of a git process per setting: the file is a moment old and nobody else's.</summary>
    private static Task SetAsync(string work, IEnumerable<(string Section, string Key, string Value)> settings, CancellationToken cancellationToken) =>
        File.AppendAllTextAsync(
            Path.Combine(work, ".git", "config"),
            string.Concat(settings.Select(each => $"[{each.Section}]\n\t{each.Key} = {Quoted(each.Value)}\n")),
            cancellationToken);

    private static string Quoted(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
}
