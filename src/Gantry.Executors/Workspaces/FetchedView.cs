using Gantry.Engine.Executors;

namespace Gantry.Executors.Workspaces;

/// <summary>A look at a job's files that is a copy of them, in a folder that goes with it.</summary>
internal static class FetchedView
{
    /// <summary>From a tar that a command in the job's place has written (<see cref="TarScripts.Pack"/>); nothing of it is trusted.</summary>
    /// <param name="jobFolder">The runner's own (0700).</param>
    /// <param name="fetch">
    /// Makes the file it is given: a stream that is read late would keep in memory what has come, and a file is the quickest reader.
    /// </param>
    /// <param name="cancellationToken">Ends the unpacking.</param>
    public static async Task<WorkspaceView> FromTarAsync(string jobFolder, Func<string, Task> fetch, CancellationToken cancellationToken)
    {
        var spool = Path.Combine(jobFolder, $"view-{Guid.NewGuid():n}.tar");
        try
        {
            await fetch(spool);
            return await MakeAsync(jobFolder, async view =>
            {
                await using var tar = File.OpenRead(spool);
                await TarExtraction.RunAsync(tar, view, TarScripts.NameOf, cancellationToken);
            });
        }
        finally
        {
            File.Delete(spool);
        }
    }

    /// <param name="jobFolder">The runner's own (0700).</param>
    /// <param name="fetch">Fills the folder it is given. When it fails nothing stays.</param>
    public static async Task<WorkspaceView> MakeAsync(string jobFolder, Func<string, Task> fetch)
    {
        var view = Path.Combine(jobFolder, "view-" + Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(view);
        try
        {
            await fetch(view);
        }
        catch
        {
            Directory.Delete(view, recursive: true);
            throw;
        }

        return new WorkspaceView(view, () =>
        {
            Directory.Delete(view, recursive: true);
            return ValueTask.CompletedTask;
        });
    }
}
