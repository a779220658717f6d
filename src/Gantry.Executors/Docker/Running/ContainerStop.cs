using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Running;

/// <summary>
/// Ends what runs in a container: first the signal to every process, so that programs can clean up, then the kill. A stop of
/// the container alone would not do: its first process is a shell, and to a first process unhandled signals mean nothing.
/// </summary>
internal static class ContainerStop
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    // Longer than the grace: an engine that does not answer must not hold the job for ever.
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(60);

    /// <summary>Returns when nothing runs any more. Runs on its own clock: the job's may be over.</summary>
    /// <exception cref="EnvironmentException">The engine does not end it.</exception>
    public static async Task RunAsync(DockerJob job, string container)
    {
        using var budget = new CancellationTokenSource(Budget, job.Time);
        try
        {
            using var ended = await job.Engine.Containers.WaitAsync(container, "not-running", budget.Token);
            var answer = ended.AnswerAsync(budget.Token);
            await AskAsync(job, container, budget.Token);
            var grace = Task.Delay(Grace, job.Time, budget.Token);
            if (await Task.WhenAny(answer, grace) != answer)
            {
                await KillAsync(job, container, budget.Token);
            }

            await answer;
        }
        catch (EngineException e) when (e.IsNotFound)
        {
            // Gone is ended.
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException)
        {
            throw EnvironmentException.Broken($"container {TruncatedId.Of(container)} could not be stopped: {e.Message}", e);
        }
    }

    private static async Task AskAsync(DockerJob job, string container, CancellationToken cancellationToken)
    {
        try
        {
            if (job.Guest.Terminate is { } command)
            {
                var exec = await job.Engine.Containers.CreateExecAsync(container, new ExecSpec { Cmd = command, User = job.Guest.Superuser }, cancellationToken);
                await using var stream = await job.Engine.Containers.StartExecAsync(exec, terminal: false, cancellationToken);
            }

            await job.Engine.Containers.KillAsync(container, "SIGTERM", cancellationToken);
        }
        catch (EngineException e) when (!e.IsUnreachable)
        {
            // Not running any more, or an image without a shell: the kill follows.
        }
    }

    private static async Task KillAsync(DockerJob job, string container, CancellationToken cancellationToken)
    {
        try
        {
            await job.Engine.Containers.KillAsync(container, "SIGKILL", cancellationToken);
        }
        catch (EngineException e) when (e.IsConflict)
        {
            // It has just ended.
        }
    }
}
