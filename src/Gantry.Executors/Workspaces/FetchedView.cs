using Gantry.Engine.Executors;

namespace Gantry.Executors.Workspaces;

/// <summary>A look at a job's files that is a copy of them, in a folder that goes with it.</summary>
internal static class FetchedView
{
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
