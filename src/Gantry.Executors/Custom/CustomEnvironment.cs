using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Processes;
using Gantry.Engine.Shells;
using Gantry.Engine.Traces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Custom;

/// <summary>One job wherever the operator's programs run it. Scripts are files that <c>run_exec</c> gets the path of.</summary>
internal sealed partial class CustomEnvironment(
    CustomSettings settings, Driver driver, DriverFolder folder, SessionNotes notes, ILogger logger) : IJobEnvironment, IReplannedPlace
{
    public EnvironmentHandle Handle { get; } = new("custom", new Dictionary<string, string>());

    /// <summary>The name under which drivers expect the runner's executable in their places.</summary>
    public string? HelperCommand => "gitlab-runner";

    public JobPlan Plan => driver.Plan;

    public Driver Driver => driver;

    public ExecutorTraits Traits { get; private set; } = CustomExecutor.KindTraits;

    /// <summary>Asks <c>config_exec</c>; nothing when there is none.</summary>
    public async Task<byte[]> ConfigureAsync(int limit, ProcessOutput messages, CancellationToken cancellationToken)
    {
        if (!settings.Config.Exists)
        {
            return [];
        }

        using var answer = new MemoryStream();
        var capture = ProcessOutput.To(bytes =>
        {
            if (answer.Length + bytes.Length > limit)
            {
                throw new ProcessException($"more than {limit} bytes on standard output");
            }

            answer.Write(bytes);
        });
        await driver.FinishAsync(settings.Config, (capture, messages), cancellationToken);
        folder.KeepAnswer(answer.ToArray());
        return answer.ToArray();
    }

    /// <summary>From here on the job is planned as <c>config_exec</c> said.</summary>
    /// <exception cref="EnvironmentException">It cannot be.</exception>
    public void Adopt(DriverAnswer answer, EnvironmentRequest request)
    {
        driver.JobEnv = answer.JobEnv ?? [];
        if (answer.Shell is { } shell && ShellList.Find(shell) is null)
        {
            throw EnvironmentException.Misconfigured($"config_exec wants the shell \"{shell}\", which is not known; it must be one of {ShellList.Names}");
        }

        driver.Plan = request.Replan!(answer.Answers) switch
        {
            Compilation.Planned planned => planned.Plan,
            Compilation.Refused refused => throw new EnvironmentException(refused.Reason, refused.Message, retriable: false),
            var other => throw new InvalidOperationException(other.ToString()),
        };
        Traits = CustomExecutor.KindTraits with { NamesRunnerHost = answer.Answers.HostName is not null };
    }

    /// <summary>Runs <c>prepare_exec</c>, if there is one.</summary>
    public Task MakeAsync((ProcessOutput Out, ProcessOutput Error) output, CancellationToken cancellationToken) =>
        settings.Prepare.Exists ? driver.FinishAsync(settings.Prepare, output, cancellationToken) : Task.CompletedTask;

    public async Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path;
        try
        {
            path = folder.AddScript(script.Text, Plan.Shell is "pwsh" or "powershell" ? ".ps1" : "");
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Broken(broken.Message, broken);
        }

        return await driver.RunAsync(
            settings.Run,
            [path, StageName(script.Stage)],
            (ProcessOutput.To(bytes => log.Write(LogStream.ScriptOutput, bytes)), ProcessOutput.To(bytes => log.Write(LogStream.ScriptError, bytes))),
            notes.Add,
            cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (settings.Cleanup.Exists)
        {
            await CleanUpAsync();
        }

        await driver.DisposeAsync();
        try
        {
            folder.Remove();
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            // The job's folder goes with its journal; this one held the first part of it.
            Log.FolderStays(logger, Plan.Payload.Id, broken.Message);
        }
    }

    // Drivers know the user's first step by its old name, which the official runner has kept.
    private static string StageName(string stage) => stage == "step_script" ? "build_script" : stage;

    private async Task CleanUpAsync()
    {
        var said = new LogLines(line => Log.CleanupSaid(logger, Plan.Payload.Id, line));
        var warned = new LogLines(line => Log.CleanupWarned(logger, Plan.Payload.Id, line));
        try
        {
            await driver.FinishAsync(settings.Cleanup, (ProcessOutput.To(said.Take), ProcessOutput.To(warned.Take)), CancellationToken.None);
        }
        catch (EnvironmentException broken)
        {
            Log.CleanupFailed(logger, Plan.Payload.Id, broken.Message);
        }

        said.End();
        warned.End();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "job {job}: cleanup_exec: {line}")]
        public static partial void CleanupSaid(ILogger logger, long job, string line);

        [LoggerMessage(LogLevel.Warning, "job {job}: cleanup_exec: {line}")]
        public static partial void CleanupWarned(ILogger logger, long job, string line);

        [LoggerMessage(LogLevel.Warning, "job {job}: Cleanup script failed: {why}")]
        public static partial void CleanupFailed(ILogger logger, long job, string why);

        [LoggerMessage(LogLevel.Warning, "job {job}: its folder could not be removed: {why}")]
        public static partial void FolderStays(ILogger logger, long job, string why);
    }
}
