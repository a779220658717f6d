using System.Runtime.InteropServices;
using Gantry.CommandLine;
using Gantry.Coordinator.Local;

namespace Gantry.Exec;

/// <summary><c>gantry exec --watch</c>: the pipeline again after every change, until Ctrl-C.</summary>
internal sealed class ExecWatch(CommandContext context, ExecOptions options)
{
    private const int Cancelled = 130;

    /// <returns>The status of the last run, 130 when that was cancelled.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var tree = await OpenAsync(cancellationToken);
        using var changes = new FolderChanges(tree.Root, tree.GitFolder.Length > 0, [options.ArtifactsTo, options.Report], context.Time);
        while (true)
        {
            int status;
            try
            {
                status = await new ExecRun(context, options).RunAsync(cancellationToken);
            }
            catch (CommandException error)
            {
                // Such as a job that is not in the pipeline yet: the next change may bring it.
                await context.Terminal.Error.WriteLineAsync(error.Message);
                status = error.ExitCode;
            }

            if (status == Cancelled)
            {
                return status;
            }

            await context.Terminal.Error.WriteLineAsync($"Waiting for changes in {tree.Root}; Ctrl-C ends.");
            if (await NextAsync(changes, cancellationToken) is not { } changed)
            {
                return status;
            }

            await context.Terminal.Error.WriteLineAsync($"{changed} has changed.");
        }
    }

    private async Task<WorkTree> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await WorkTree.OpenAsync(new WorkTreeOrder(options.Folder, options.ConfigPath, null), cancellationToken);
        }
        catch (WorkTreeException error)
        {
            throw new CommandException(error.Message, 2);
        }
    }

    private static async Task<string?> NextAsync(FolderChanges changes, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, enough));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, enough));
        try
        {
            return await changes.NextAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static void End(PosixSignalContext signal, CancellationTokenSource enough)
    {
        signal.Cancel = true;
        enough.Cancel();
    }
}
