using Gantry.Engine.Archives;
using Gantry.Engine.Archives.Trees;
using Gantry.Engine.Executors;
using Gantry.Engine.Sources.Mirrors;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Stages.Reachable;

/// <summary>
/// What <c>git ls-files -o</c> would say of a job's files, without git ever looking at them: everything that the pristine checkout
/// does not track. Where the runner has no checkout, git of the job's own place is asked, inside the place.
/// </summary>
internal sealed class ReachableUntracked(StageContext context, IJobEnvironment environment, IJobLog log)
{
    private const string SubmoduleMode = "160000 ";

    public async Task<UntrackedFiles> ReadAsync(WorkspaceView view, CancellationToken cancellationToken)
    {
        var tree = environment is IReachableWorkspace workspace && ReachableSources.Fits(context)
            ? new PristineTrees(workspace.StateFolder, log).FolderOf(ReachableSources.RequestOf(context, workspace))
            : null;
        var listing = tree is not null && Directory.Exists(tree)
            ? await new HostGit(log).AskAsync(tree, ["ls-files", "-s", "-z"], cancellationToken)
            : null;
        return listing is null ? await AskPlaceAsync(cancellationToken) : Compare(view, listing, cancellationToken);
    }

    private static UntrackedFiles Compare(WorkspaceView view, string listing, CancellationToken cancellationToken)
    {
        var tracked = new HashSet<string>(StringComparer.Ordinal);
        var submodules = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in listing.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            (line.StartsWith(SubmoduleMode, StringComparison.Ordinal) ? submodules : tracked).Add(line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..]);
        }

        using var files = FileTree.Read(view.Path);
        var found = new List<string>();
        var open = new Stack<string>(["."]);
        while (open.TryPop(out var folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var entry in files.List(folder))
            {
                if (entry.Kind != FileKind.Folder)
                {
                    if (!tracked.Contains(entry.Path))
                    {
                        found.Add(entry.Path);
                    }
                }
                else if (entry.Path != ".git" && !submodules.Contains(entry.Path))
                {
                    if (files.Find(entry.Path + "/.git") is null)
                    {
                        open.Push(entry.Path);
                    }
                    else
                    {
                        // A repository of its own is one thing to git.
                        found.Add(entry.Path + "/");
                    }
                }
            }
        }

        found.Sort(StringComparer.Ordinal);
        return new UntrackedFiles(found, null);
    }

    private async Task<UntrackedFiles> AskPlaceAsync(CancellationToken cancellationToken)
    {
        var script = context.NewScript().ChangeFolder(context.Plan.Folders.Project).Run("git", "ls-files", "-o", "-z");
        var output = new CapturedOutput();
        var exit = await environment.RunAsync(
            new StageScript("list_untracked", context.Shell.Render(script.Statements, context.Options), StagePlace.Helper), output, cancellationToken);
        return exit.Code == 0 ? UntrackedFiles.FromOutput(output.Bytes) : UntrackedFiles.Failed(exit.Text);
    }

    /// <summary>Keeps standard output; nothing of it is for the job's log.</summary>
    private sealed class CapturedOutput : IJobLog, IDisposable
    {
        private readonly MemoryStream _bytes = new();

        public ReadOnlySpan<byte> Bytes => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

        public void Line(string text)
        {
        }

        public void Info(string text)
        {
        }

        public void Warning(string text)
        {
        }

        public void Error(string text)
        {
        }

        public void Write(LogStream stream, ReadOnlySpan<byte> bytes)
        {
            if (stream == LogStream.ScriptOutput)
            {
                _bytes.Write(bytes);
            }
        }

        public IDisposable Section(string name) => this;

        public void Dispose()
        {
        }
    }
}
