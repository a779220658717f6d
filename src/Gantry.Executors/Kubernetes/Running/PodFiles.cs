using System.Text;
using Gantry.Engine.Executors;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Workspaces;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>
/// Files to and from the build container, as a tar through a command in it. There they are written and read by the job's own user; here
/// they are unpacked as what a hostile job may have sent.
/// </summary>
internal sealed class PodFiles(Func<IReadOnlyList<string>, PodCommand> command, ClusterClient cluster, string jobFolder, TimeProvider time)
{
    private const int LongestComplaint = 4 * 1024;

    /// <exception cref="EnvironmentException">The connection broke, or the files cannot be written there.</exception>
    public async Task PlaceAsync(IReadOnlyList<PlacedTree> trees, CancellationToken cancellationToken)
    {
        foreach (var tree in trees)
        {
            using var said = new Complaint(LongestComplaint);
            var exit = await OrBrokenAsync($"files could not be written to {tree.Target} in the pod", async () =>
            {
                await using var exec = await PodExec.StartAsync(cluster, command(["sh", "-c", TarScripts.OneLine]), cancellationToken);
                var reading = exec.ReadAsync(said.Take, said.Take, cancellationToken);
                // A checkout is whole: on a volume that jobs share, nothing of another one may show.
                var line = TarScripts.UnpackLine(tree.Target, anew: tree.SharedAs is not null);
                await exec.WriteAllAsync(token => TreeTar.SendAsync(new PodInput(exec), line, tree, time, token), cancellationToken);
                return await reading;
            });
            if (exit.Code != 0)
            {
                throw EnvironmentException.Broken($"files could not be written to {tree.Target} in the pod: {said}");
            }
        }
    }

    /// <inheritdoc cref="IReachableFiles.OpenAsync"/>
    public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        FetchedView.FromTarAsync(jobFolder, spool => FetchAsync(folder, paths, spool, cancellationToken), cancellationToken);

    private async Task FetchAsync(string folder, IReadOnlyList<string> paths, string spool, CancellationToken cancellationToken)
    {
        using var said = new Complaint(LongestComplaint);
        var exit = await OrBrokenAsync($"files could not be read from {folder} in the pod", async () =>
        {
            await using var file = new FileStream(spool, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 });
            var script = Encoding.UTF8.GetBytes(TarScripts.Pack(folder, paths));
            return await PodExec.RunAsync(cluster, command(["sh"]), script, (file.Write, said.Take), cancellationToken);
        });
        if (!TarScripts.IsPacked(exit.Code))
        {
            throw EnvironmentException.Broken($"files could not be read from {folder} in the pod: {said}");
        }
    }

    private static async Task<PodExit> OrBrokenAsync(string what, Func<Task<PodExit>> call)
    {
        try
        {
            return await call();
        }
        catch (ClusterException e)
        {
            throw EnvironmentException.Broken($"{what}: {e.Message}", e);
        }
    }
}
