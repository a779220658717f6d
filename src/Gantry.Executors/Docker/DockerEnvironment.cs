using Gantry.Engine.Executors;
using Gantry.Engine.Processes;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Running;
using Gantry.Executors.Docker.Services;
using Gantry.Executors.Docker.Workspaces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Docker;

/// <summary>The place of one job: its build container, services, network and volumes.</summary>
internal sealed partial class DockerEnvironment(DockerJob job, BuildContainer build, IJobFiles files, EnvironmentHandle handle, ILogger logger)
    : IJobEnvironment, IReachableWorkspace, IMeasuredPlace, ITerminalPlace
{
    private static readonly TimeSpan CleanupBudget = TimeSpan.FromMinutes(5);

    public EnvironmentHandle Handle => handle;

    public string? HelperCommand => null;

    public string HostName => job.Settings.Hostname.Length > 0 ? job.Settings.Hostname : job.Plan.UniqueName;

    public required string StateFolder { get; init; }

    public bool TreesAreOpen => true;

    /// <summary>Null unless the job wants to see its services' logs.</summary>
    public ServiceLogs? ServiceLogs { get; init; }

    /// <summary>Null unless <c>helper_image</c> is set: then scripts that are not the user's steps run in the build container.</summary>
    public HelperContainer? Helper { get; init; }

    public required ServiceWatch Watch { get; init; }

    public Task PlaceAsync(IReadOnlyList<PlacedTree> trees, IJobLog log, CancellationToken cancellationToken) => files.PlaceAsync(trees, cancellationToken);

    public Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        files.OpenAsync(folder, paths, cancellationToken);

    public async Task ClearAsync(string folder, IJobLog log, CancellationToken cancellationToken)
    {
        // Inside the container: only there its links mean what they mean.
        await RunAsync(new StageScript("clear_worktree", job.Guest.Empty(folder), StagePlace.Helper), log, cancellationToken);
    }

    public async Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
    {
        // A container that held the job's files cannot be replaced.
        var attempts = job.Guest.KeepsFilesInContainer ? 1 : job.Plan.Settings.ExecutorSectionAttempts;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await RunOnceAsync(script, log, cancellationToken);
            }
            catch (EngineException e) when (e.IsNotFound)
            {
                ContainerOf(script).Forget();
                if (attempt >= attempts)
                {
                    throw attempts > 1
                        ? EnvironmentException.Broken("Execution attempts exceeded", e)
                        : EnvironmentException.Broken($"the build container was removed by somebody else: {e.Message}", e);
                }

                log.Error($"Container \"{e.Message}\" not found or removed. Will retry...");
                log.Line($"Retrying {script.Stage}");
            }
            catch (EngineException e) when (HasNoShell(e))
            {
                throw EnvironmentException.Misconfigured(
                    $"the image has no {job.Plan.Shell}: use an image that has it, or another `shell` of the runner (windows/servercore has powershell, not pwsh): {e.Message}");
            }
            catch (EngineException e)
            {
                files.Doubt(e.Message);
                throw EnvironmentException.Broken(e.Message, e);
            }
        }
    }

    /// <summary>Of the build container; services are not counted.</summary>
    public async ValueTask<PlaceUsage?> MeasureAsync(CancellationToken cancellationToken)
    {
        if (build.CurrentId is not { } id)
        {
            return null;
        }

        try
        {
            return job.Guest.Usage(await job.Engine.Containers.UseAsync(id, cancellationToken));
        }
        catch (EngineException)
        {
            return null;
        }
    }

    /// <summary>Starts a container that does what its image does.</summary>
    /// <returns>Its address.</returns>
    /// <exception cref="EnvironmentException">It cannot be started or has none.</exception>
    public async Task<string> ServeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var run = await build.GetAsync(cancellationToken);
            await job.Engine.Containers.StartAsync(run.Container, cancellationToken);
            return await CheckServesAsync(cancellationToken);
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken(e.Message, e);
        }
    }

    /// <inheritdoc cref="ServeAsync"/>
    public async Task<string> CheckServesAsync(CancellationToken cancellationToken)
    {
        try
        {
            var details = await job.Engine.Containers.InspectAsync(build.CurrentId ?? "", cancellationToken);
            if (!details.State.Running)
            {
                throw EnvironmentException.Misconfigured(
                    $"the container has ended with exit code {details.State.ExitCode}; its image, with its own entrypoint and command, must keep a server running");
            }

            return new[] { details.NetworkSettings.IPAddress }.Concat(details.NetworkSettings.Networks.Values.Select(n => n.IPAddress)).FirstOrDefault(a => a.Length > 0)
                ?? throw EnvironmentException.Misconfigured($"the container has no address in the network {details.HostConfig.NetworkMode}; leave network_mode of [runners.docker] out");
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken(e.Message, e);
        }
    }

    public async Task<ITerminalShell> OpenTerminalAsync(CancellationToken cancellationToken) =>
        await DockerTerminal.OpenAsync(job, () => build.CurrentId, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Its own clock: nothing that happened to the job may keep its things alive.
        using var budget = new CancellationTokenSource(CleanupBudget, job.Time);
        if (ServiceLogs is not null)
        {
            await ServiceLogs.DisposeAsync();
        }

        var problems = await job.Belongings.RemoveAllAsync(budget.Token);
        foreach (var problem in problems)
        {
            Log.NotRemoved(logger, job.Plan.Payload.Id, problem);
        }

        if (problems.Count > 0)
        {
            return;
        }

        try
        {
            await files.RemoveAsync(budget.Token);
        }
        catch (Exception e) when (e is IOException or ProcessException or OperationCanceledException)
        {
            Log.NotRemoved(logger, job.Plan.Payload.Id, e.Message);
        }
    }

    /// <summary>PowerShell is in few images. The words are those of runc and of Windows.</summary>
    private bool HasNoShell(EngineException e) => job.Plan.Shell is "pwsh" or "powershell"
        && (e.Message.Contains("executable file not found", StringComparison.Ordinal) || e.Message.Contains("(0x2)", StringComparison.Ordinal));

    private IScriptContainer ContainerOf(StageScript script) => script.Place == StagePlace.Helper && Helper is not null ? Helper : build;

    private async Task<ScriptExit> RunOnceAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
    {
        var container = ContainerOf(script);
        var run = await container.GetAsync(cancellationToken);
        try
        {
            var exit = await run.RunAsync(script.Text, log, cancellationToken);
            if (exit.Code != 0 && script.Place == StagePlace.Build)
            {
                await Watch.ReportAsync(failedOnly: false, cancellationToken);
            }

            return exit;
        }
        catch (OperationCanceledException)
        {
            await ContainerStop.RunAsync(job, run.Container);
            if (!job.Guest.KeepsFilesInContainer)
            {
                await DropAsync(container);
            }

            throw;
        }
    }

    private async Task DropAsync(IScriptContainer container)
    {
        using var budget = new CancellationTokenSource(CleanupBudget, job.Time);
        try
        {
            await container.DropAsync(budget.Token);
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"the container of the script could not be removed: {e.Message}", e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "job {Job}: {Problem}")]
        public static partial void NotRemoved(ILogger logger, long job, string problem);
    }
}
