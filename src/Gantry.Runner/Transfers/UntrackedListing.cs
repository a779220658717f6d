using Gantry.Engine.Archives;
using Gantry.Engine.Processes;

namespace Gantry.Runner.Transfers;

/// <summary>Asks git for the files it does not track; ignored ones are among them (trap 25).</summary>
internal static class UntrackedListing
{
    private const int Limit = 64 * 1024 * 1024;

    public static Func<CancellationToken, Task<UntrackedFiles>> For(TransferTools tools) =>
        tools.Untracked ?? (cancellationToken => ReadAsync(tools.WorkingFolder, cancellationToken));

    private static async Task<UntrackedFiles> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            var run = await ChildProcess.RunAsync(
                new ProcessStart { FileName = "git", Arguments = ["ls-files", "-o", "-z"], WorkingFolder = folder }, Limit, cancellationToken);
            return run.Exit.IsSuccess ? UntrackedFiles.FromOutput(run.Output) : UntrackedFiles.Failed(run.Exit.Text);
        }
        catch (ProcessException error)
        {
            return UntrackedFiles.Failed(error.Message);
        }
    }
}
