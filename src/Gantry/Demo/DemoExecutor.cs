using Gantry.Commands;
using Gantry.Executors.Docker;
using Gantry.Runner.Configuration;
using Microsoft.Extensions.Logging;

namespace Gantry.Demo;

/// <summary>Docker when an engine answers and has the sample's image or can get it, else the shell; and why.</summary>
internal static class DemoExecutor
{
    private const string Image = "python:alpine";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task<(string Executor, string Why)> ChooseAsync(ExecutorHost host, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using var docker = new DockerExecutor(new DockerSettings(), null, host.Docker, TimeProvider.System, host.Loggers.CreateLogger<DockerExecutor>());
        try
        {
            return await docker.ObstacleAsync(Image, limit.Token) is { } obstacle ? ("shell", $" ({obstacle})") : ("docker", $", image {Image}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ("shell", $" (the Docker Engine did not get {Image} within {Limit.TotalMinutes:0} minutes)");
        }
    }

    public static void Configure(ConfigTable entry, string executor)
    {
        if (executor == "docker")
        {
            RunnerEntryFlags.Set(entry, "--docker-image", Image);
            RunnerEntryFlags.Set(entry, "--docker-pull-policy", "if-not-present");
        }
    }
}
