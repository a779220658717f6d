using Gantry.Commands;
using Gantry.Engine.Processes;
using Gantry.Runner.Configuration;

namespace Gantry.Demo;

/// <summary>Docker when an engine answers and can give the sample's image, else the shell; and why.</summary>
internal static class DemoExecutor
{
    private const string Image = "python:alpine";
    private static readonly TimeSpan PullLimit = TimeSpan.FromMinutes(2);

    public static async Task<(string Executor, string Why)> ChooseAsync(DemoSettings settings, CancellationToken cancellationToken)
    {
        if (ExecutorTable.Find("docker") is null)
        {
            return ("shell", "");
        }

        if (!await SucceedsAsync(["version"], TimeSpan.FromSeconds(10), settings, cancellationToken))
        {
            return ("shell", " (no Docker Engine answers on this machine)");
        }

        if (await SucceedsAsync(["image", "inspect", Image], TimeSpan.FromSeconds(10), settings, cancellationToken)
            || await SucceedsAsync(["pull", "--quiet", Image], PullLimit, settings, cancellationToken))
        {
            return ("docker", $", image {Image}");
        }

        return ("shell", $" (the Docker Engine cannot get {Image})");
    }

    public static void Configure(ConfigTable entry, string executor)
    {
        if (executor == "docker")
        {
            RegisterCommand.Set(entry, "--docker-image", Image);
            RegisterCommand.Set(entry, "--docker-pull-policy", "if-not-present");
        }
    }

    private static async Task<bool> SucceedsAsync(
        IReadOnlyList<string> arguments, TimeSpan limit, DemoSettings settings, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            var run = await ChildProcess.RunAsync(
                new ProcessStart { FileName = "docker", Arguments = arguments, WorkingFolder = settings.DataFolder }, 1024 * 1024, timeout.Token);
            return run.Exit.IsSuccess;
        }
        catch (ProcessException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
