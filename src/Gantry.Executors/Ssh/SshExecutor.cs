using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Protocol.Runners;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Ssh;

/// <summary>
/// Runs jobs on another machine over ssh (official-executors §10): one connection per job, one session per stage. The other machine needs
/// a shell, git, and tar for caches and artifacts, which the runner itself moves; it needs no runner.
/// </summary>
public sealed class SshExecutor(SshSettings settings, TimeProvider time, ILogger<SshExecutor> logger) : IExecutor
{
    /// <summary>What holds before there is an entry; folders are below the home of the other machine's user, which only that machine knows.</summary>
    public static ExecutorTraits KindTraits { get; } = new()
    {
        DefaultBuildsFolder = "builds",
        DefaultCacheFolder = "cache",
        FoldersComeLater = true,
        SharedBuildsFolder = true,
        SharedEnvironment = true,
        CustomBuildDirAllowed = false,
        SafeDirectoryCheckout = false,
        CleanGitConfig = true,
        DefaultShell = "bash",
        NamesRunnerHost = true,
        Announcement = "Using SSH executor...",
        Features = new RunnerFeatures { Variables = true, Shared = true },
    };

    /// <summary>Somebody else starts the services of jobs.</summary>
    internal bool ServicesAreElsewhere { get; init; }

    public string Name => "ssh";

    public ExecutorTraits Traits => KindTraits;

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        Check(request.Plan.Shell);
        var connection = await SshConnection.OpenAsync(settings, cancellationToken);
        var host = new RemoteHost
        {
            Executor = Name,
            Traits = KindTraits,
            Settings = settings,
            ServicesAreElsewhere = ServicesAreElsewhere,
            Time = time,
            Logger = logger,
        };
        return await host.EnterAsync(connection, request, log, cancellationToken);
    }

    /// <summary>
    /// A script of an earlier process wrote into its connection, which ended with it: such a job cannot go on. What runs of it on the
    /// other machine is killed.
    /// </summary>
    public async Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken)
    {
        await SshEnvironment.SweepAsync(settings, request.JobFolder, time, cancellationToken);
        return new Reopening.Lost("");
    }

    /// <summary>Tries the connection, for <c>gantry doctor</c>.</summary>
    /// <returns>What is there.</returns>
    /// <exception cref="EnvironmentException">Jobs could not run, and why.</exception>
    public async Task<string> ProbeAsync(string shell, CancellationToken cancellationToken)
    {
        Check(shell);
        using var connection = await SshConnection.OpenAsync(settings, cancellationToken);
        var probe = await RemoteProbe.RunAsync(connection, shell, time, cancellationToken);
        return $"{settings.User}@{connection.Name}: {shell} in {probe.Folder}, {(probe.HasTar ? "tar" : "no tar: caches and artifacts cannot be moved")}";
    }

    private void Check(string shell)
    {
        SshShells.Check(shell, "SSH");
        if (!settings.IsConfigured)
        {
            throw EnvironmentException.Misconfigured("missing SSH configuration: the runner needs a table [runners.ssh] with host, user and identity_file or password");
        }
    }
}
