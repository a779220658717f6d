using System.Globalization;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Executors.Images;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>
/// Runs stage scripts in the build container: a command of its own each, which starts the script beside itself (<see cref="LastingScript"/>).
/// </summary>
internal sealed partial class PodScripts(PodPlace place, JobPlan plan, string jobFolder, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>For a short command in the pod.</summary>
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(30);

    /// <summary>A script that has just said that it begins may not have its shell yet.</summary>
    private static readonly TimeSpan ShellLimit = TimeSpan.FromSeconds(1);

    private const int LongestAnswer = 64 * 1024;

    /// <summary>Commands whose output others still hold: it is read on until the end.</summary>
    private readonly List<(PodExec Exec, Task Reading)> _held = [];

    private readonly PodWatch _watch = new(place, time);
    private int _scripts;
    private NotedScript? _begun;

    /// <summary>With a script that an earlier process started: the first run goes on with it.</summary>
    public void GoOnWith(NotedScript script)
    {
        _begun = script;
        _scripts = int.TryParse(script.Where.AsSpan(script.Where.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    public PodCommand Command(IReadOnlyList<string> words) => new(place.Namespace, place.Pod, PodRecipe.BuildContainer, words);

    /// <summary>For a script that is about to start. Those before it have ended.</summary>
    public string NewFolder() => string.Create(CultureInfo.InvariantCulture, $"{PodRecipe.LogsFolder(plan, place.Settings)}/{++_scripts}");

    /// <exception cref="EnvironmentException">The pod is gone, or cannot be reached.</exception>
    public async Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var begun = Interlocked.Exchange(ref _begun, null);
        using var notes = begun is null ? ScriptNotes.Begin(jobFolder) : ScriptNotes.Continue(jobFolder);
        var lasting = new LastingScript(place, this, ContainerCommand.For(plan.Shell), Encoding.UTF8.GetBytes(script.Text), time)
        {
            JobLog = log,
            Watch = _watch,
            Logger = logger,
            JobId = plan.Payload.Id,
            Notes = notes,
            Begun = begun,
        };
        using var ends = new CancellationTokenSource();
        var running = lasting.RunAsync(ends.Token);
        try
        {
            var end = await running.WaitAsync(cancellationToken);
            if (lasting.Held is not null)
            {
                log.Warning("the script has ended, but processes it started hold its output open. What they print from now on is not shown; they are ended with the job.");
            }

            return await ToldAsync(end, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await EndAsync(lasting, running);
            throw;
        }
        finally
        {
            if (lasting.Held is null)
            {
                await ends.CancelAsync();
            }

            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (lasting.Held is { } held)
            {
                _held.Add(held);
            }
        }
    }

    /// <summary>What a short command prints; null when it failed.</summary>
    /// <exception cref="ClusterException">It could not be run.</exception>
    public async Task<string?> AskAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(CommandLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var output = new MemoryStream();
        try
        {
            var exit = await PodExec.RunAsync(place.Cluster, Command(words), ReadOnlyMemory<byte>.Empty,
                (bytes => output.Write(bytes[..(int)Math.Min(bytes.Length, LongestAnswer - output.Length)]), _ => { }
            ), both.Token);
            return exit.Code == 0 ? Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ClusterException.Broken($"{words[0]} in the pod did not end");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (exec, reading) in _held)
        {
            await exec.DisposeAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ScriptExit> ToldAsync(ScriptEnd ended, CancellationToken cancellationToken)
    {
        if (ended.Why is { } why)
        {
            return why.Code is { } ofContainer
                ? new ScriptExit(ofContainer == 0 ? 1 : ofContainer, why.Text) { Evidence = why.Evidence }
                : throw EnvironmentException.Broken(why.Text);
        }

        return ended.Code == 0 ? ScriptExit.Success
            : new ScriptExit(ended.Code, string.Create(CultureInfo.InvariantCulture, $"command terminated with exit code {ended.Code}"))
            {
                Evidence = ended.Code == 137 ? await MemoryKillsAsync(cancellationToken) : null,
            };
    }

    /// <summary>Asks the kernel's own counter: the cluster does not know of a process that was killed beside the first one.</summary>
    private async Task<string?> MemoryKillsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var counts = await AskAsync(["sh", "-c", "cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control 2>/dev/null; true"], cancellationToken) ?? "";
            return counts.Split('\n').Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0") ? PodEnd.OutOfMemory : null;
        }
        catch (ClusterException)
        {
            return (await _watch.EndAsync(cancellationToken))?.Evidence;
        }
    }

    /// <summary>Everything in the container but its first process: asked, waited for, killed, in bounded time.</summary>
    private async Task EndAsync(LastingScript script, Task running)
    {
        var onItsWay = script.BeginNoMore();
        using var budget = new CancellationTokenSource(plan.Runner.GracefulKillTimeout + plan.Runner.ForceKillTimeout + CommandLimit, time);
        try
        {
            var never = onItsWay is not null && await AskAsync(PodPrograms.ToForestall(onItsWay), budget.Token) is not null;
            if (never)
            {
                script.NeverBegins();
            }

            await AskAsync(["sh", "-c", ContainerCommand.TerminateAll], budget.Token);
            var grace = Task.Delay(plan.Runner.GracefulKillTimeout, time, budget.Token);
            if (onItsWay is not null && !never && await Task.WhenAny(running, grace, script.Runs) == script.Runs
                && await Task.WhenAny(running, grace, Task.Delay(ShellLimit, time, budget.Token)) is var first && first != running && first != grace)
            {
                // It may have begun behind the signal.
                await AskAsync(["sh", "-c", ContainerCommand.TerminateAll], budget.Token);
            }

            await Task.WhenAny(running, grace);
            script.MakeLast();
            await AskAsync(["sh", "-c", ContainerCommand.KillAll], budget.Token);
            await Task.WhenAny(running, Task.Delay(plan.Runner.ForceKillTimeout, time, budget.Token));
        }
        catch (Exception e) when (e is ClusterException or OperationCanceledException)
        {
            Log.NotEnded(logger, plan.Payload.Id, place.Pod, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "job {job}: what it runs in pod {pod} could not be ended: {why}")]
        public static partial void NotEnded(ILogger logger, long job, string pod, string why);
    }
}
