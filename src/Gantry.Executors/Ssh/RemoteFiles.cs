using System.Text;
using Gantry.Engine.Executors;
using Gantry.Executors.Workspaces;

namespace Gantry.Executors.Ssh;

/// <summary>
/// Files to and from the other machine, as a tar over a session. There they are written and read by the job's own user; here they are
/// unpacked as what a hostile job may have sent.
/// </summary>
internal sealed class RemoteFiles(SshConnection connection, string jobFolder, TimeProvider time)
{
    private const string Unpack = $"sh -c '{TarScripts.OneLine}'";

    private const int LongestComplaint = 4 * 1024;

    /// <exception cref="EnvironmentException">The connection broke, or the files cannot be written there.</exception>
    public async Task PlaceAsync(IReadOnlyList<PlacedTree> trees, CancellationToken cancellationToken)
    {
        foreach (var tree in trees)
        {
            using var said = new Complaint(LongestComplaint);
            var line = TarScripts.UnpackLine(tree.Target);
            using var command = await RemoteCommand.StartAsync(connection, Unpack, (_ => { }, said.Take), time);
            await command.WriteAsync(
                stream => new ValueTask(TreeTar.SendAsync(stream, line, tree, time, cancellationToken)), ends: true, cancellationToken);
            var exit = await command.WaitAsync(cancellationToken);
            if (exit.Status != 0)
            {
                throw EnvironmentException.Broken($"files could not be written to {tree.Target} on {connection.Name}: {said}");
            }
        }
    }

    /// <inheritdoc cref="IReachableFiles.OpenAsync"/>
    public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        FetchedView.FromTarAsync(jobFolder, spool => FetchAsync(folder, paths, spool, cancellationToken), cancellationToken);

    private async Task FetchAsync(string folder, IReadOnlyList<string> paths, string spool, CancellationToken cancellationToken)
    {
        using var said = new Complaint(LongestComplaint);
        RemoteExit exit;
        await using (var file = new FileStream(spool, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 }))
        {
            exit = await RemoteCommand.RunAsync(
                connection, "sh", Encoding.UTF8.GetBytes(TarScripts.Pack(folder, paths)), (file.Write, said.Take), time, cancellationToken);
        }

        if (!TarScripts.IsPacked(exit.Status))
        {
            throw EnvironmentException.Broken($"files could not be read from {folder} on {connection.Name}: {said}");
        }
    }
}
