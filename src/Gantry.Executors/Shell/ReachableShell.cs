using Gantry.Engine.Executors;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Shell;

/// <summary>
/// A job on this machine whose files the runner's own process puts in and takes out, for runs where runner and job are the
/// same user: there is nothing that one may and the other may not. Every job begins in a folder of its own.
/// </summary>
internal sealed class ReachableShell(ShellEnvironment inner, string stateFolder, string hostName) : IJobEnvironment, IReachableWorkspace, ITerminalPlace
{
    public EnvironmentHandle Handle => inner.Handle;

    public string? HelperCommand => inner.HelperCommand;

    public string HostName => hostName;

    public string StateFolder => stateFolder;

    public bool LendsKeys => true;

    public Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken) =>
        inner.RunAsync(script, log, cancellationToken);

    public Task<ITerminalShell> OpenTerminalAsync(CancellationToken cancellationToken) => inner.OpenTerminalAsync(cancellationToken);

    public async Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var tree in trees)
            {
                await PlaceAsync(tree, cancellationToken);
            }
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Broken($"the job's folder cannot be made: {broken.Message}", broken);
        }
    }

    public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        return Task.FromResult(new WorkspaceView(folder, () => ValueTask.CompletedTask));
    }

    public Task ClearAsync(string folder, IJobLog log, CancellationToken cancellationToken)
    {
        TreeCopy.Delete(folder);
        Directory.CreateDirectory(folder);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static async Task PlaceAsync(PlacedTree tree, CancellationToken cancellationToken)
    {
        if (tree.SharedAs is not null)
        {
            // What an earlier job left in this place is not this one's.
            TreeCopy.Delete(tree.Target);
        }

        Directory.CreateDirectory(tree.Target);
        if (tree.Source is { } source && source != tree.Target)
        {
            TreeCopy.Copy(source, tree.Target, cancellationToken);
        }

        foreach (var (name, content) in tree.Files)
        {
            var path = Path.Combine(tree.Target, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using var file = new FileStream(path, options);
            await file.WriteAsync(content, cancellationToken);
        }
    }
}
