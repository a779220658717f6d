using Gantry.Engine.Executors;
using Gantry.Engine.Processes;
using Gantry.Engine.Traces;
using Gantry.Protocol.Runners;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Custom;

/// <summary>
/// Leaves the place of jobs to the operator's programs (official-executors §13):
/// <code>
/// config_exec ─► where folders are ─► prepare_exec ─► run_exec SCRIPT STAGE, per stage ─► cleanup_exec
/// </code>
/// </summary>
public sealed class CustomExecutor(CustomSettings settings, TimeProvider time, ILogger<CustomExecutor> logger) : IExecutor
{
    private const int LongestAnswer = 1 << 20;

    /// <summary>What holds before there is an entry.</summary>
    public static ExecutorTraits KindTraits { get; } = new()
    {
        DefaultBuildsFolder = null,
        DefaultCacheFolder = null,
        FoldersComeLater = true,
        SharedBuildsFolder = false,
        SharedEnvironment = true,
        CustomBuildDirAllowed = false,
        SafeDirectoryCheckout = false,
        CleanGitConfig = true,
        DefaultShell = "bash",
        PlaceIsWindows = OperatingSystem.IsWindows(),
        NamesRunnerHost = false,
        // Names the driver, which only config_exec knows.
        Announcement = null,
        Features = new RunnerFeatures { Variables = true, Shared = true, ServiceVariables = true },
    };

    public string Name => "custom";

    public ExecutorTraits Traits => KindTraits;

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        Check();
        var place = Open(request, MakeFolder(request));
        try
        {
            var messages = ProcessOutput.To(bytes => log.Write(LogStream.Runner, bytes));
            var answer = DriverAnswer.Parse(await place.ConfigureAsync(LongestAnswer, messages, cancellationToken));
            log.Line(answer.Announcement);
            place.Adopt(answer, request);
            await place.MakeAsync((messages, messages), cancellationToken);
            return place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A script of an earlier process wrote into its pipes, which ended with it: such a job cannot go on. What runs of it is killed,
    /// and <c>cleanup_exec</c> is told about the job as usual.
    /// </summary>
    public async Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken)
    {
        SessionNotes.In(request.JobFolder).KillAll();
        if (DriverFolder.Find(request.JobFolder) is not { } folder)
        {
            return new Reopening.Lost("");
        }

        var place = Open(request, folder);
        place.Adopt(DriverAnswer.Parse(folder.KeptAnswer()), request);
        await place.DisposeAsync();
        return new Reopening.Lost("");
    }

    private CustomEnvironment Open(EnvironmentRequest request, DriverFolder folder) =>
        new(settings, new Driver(folder, time) { Plan = request.Plan }, folder, SessionNotes.In(request.JobFolder), logger);

    private void Check()
    {
        if (OperatingSystem.IsWindows())
        {
            throw EnvironmentException.Misconfigured("the custom executor does not run on Windows yet");
        }

        if (!settings.IsConfigured)
        {
            throw EnvironmentException.Misconfigured("custom executor not configured");
        }

        if (!settings.Run.Exists)
        {
            throw EnvironmentException.Misconfigured("custom executor is missing RunExec: set run_exec in [runners.custom]");
        }
    }

    private static DriverFolder MakeFolder(EnvironmentRequest request)
    {
        try
        {
            return DriverFolder.Create(request.JobFolder, request.Plan.Payload);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Broken(broken.Message, broken);
        }
    }
}
