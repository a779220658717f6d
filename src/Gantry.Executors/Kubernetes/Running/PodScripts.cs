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
/// Runs stage scripts in the build container: a command of its own each, the script on its standard input. Beside it the pod is looked
/// at, so that a pod that goes ends the script.
/// </summary>
internal sealed partial class PodScripts(PodPlace place, JobPlan plan, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How long nothing may come after the script has ended, until its output counts as held by somebody else.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The same where something always comes.</summary>
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    /// <summary>For a short command in the pod.</summary>
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(30);

    private const int LongestAnswer = 64 * 1024;

    /// <summary>Commands whose output others still hold: it is read on until the end.</summary>
    private readonly List<(PodExec Exec, Task Reading)> _held = [];

    public PodCommand Command(IReadOnlyList<string> words) => new(place.Namespace, place.Pod, PodRecipe.BuildContainer, words);

    /// <exception cref="EnvironmentException">The pod is gone, or cannot be reached.</exception>
    public async Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var run = new Run(log, time);
        var mark = new EndMark(run.TakeError);
        await using var exec = new Disposal(await OpenAsync(mark, cancellationToken));
        using var ends = new CancellationTokenSource();
        var reading = exec.Inner.ReadAsync(run.Take, mark.Take, ends.Token);
        var writing = exec.Inner.WriteAllAsync(token => exec.Inner.WriteAsync(Encoding.UTF8.GetBytes(script.Text), token), ends.Token);
        try
        {
            var ended = await FollowAsync(reading, mark.Ended, run, cancellationToken);
            mark.End();
            if (!reading.IsCompleted && ended.IsHeld)
            {
                run.Mute();
                log.Warning("the script has ended, but processes it started hold its output open. What they print from now on is not shown; they are ended with the job.");
                _held.Add((exec.Keep(), reading));
            }

            return await ToldAsync(ended, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await EndAsync(reading, mark);
            throw;
        }
        finally
        {
            if (!exec.IsKept)
            {
                await ends.CancelAsync();
                await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    private async Task<PodExec> OpenAsync(EndMark mark, CancellationToken cancellationToken)
    {
        try
        {
            return await PodExec.StartAsync(place.Cluster, Command(mark.Wrap(ContainerCommand.For(plan.Shell))), cancellationToken);
        }
        catch (ClusterException e)
        {
            throw EnvironmentException.Broken(await EndOfPodAsync(cancellationToken) ?? $"the script could not be started in pod \"{place.Pod}\": {e.Message}", e);
        }
    }

    /// <summary>Until the command has ended, or its shell has, or the pod.</summary>
    private async Task<Ended> FollowAsync(Task<PodExit> reading, Task<int> mark, Run run, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(over.Token);
        try
        {
            await Task.WhenAny(reading, mark, watching).WaitAsync(cancellationToken);
            if (!reading.IsCompleted)
            {
                // The rest of the output is on its way.
                await QuietAsync(reading, run, cancellationToken);
            }

            if (mark.IsCompletedSuccessfully)
            {
                return new Ended(await mark, null, IsHeld: !reading.IsCompleted);
            }

            if (reading.IsCompletedSuccessfully)
            {
                // Even the shell of ours was ended: by the job itself, or with the container.
                var code = (await reading).Code;
                return new Ended(code, code == 0 ? null : await LostAsync(cancellationToken), IsHeld: false);
            }

            var why = watching.IsCompletedSuccessfully ? await watching : await LostAsync(cancellationToken);
            return new Ended(0, why ?? new PodEnd($"the connection to the script in pod \"{place.Pod}\" broke: {reading.Exception?.InnerException?.Message}", null), IsHeld: false);
        }
        finally
        {
            await over.CancelAsync();
            await ((Task)watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task QuietAsync(Task reading, Run run, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (!reading.IsCompleted && time.GetElapsedTime(since) < LongestPatience && time.GetElapsedTime(Math.Max(since, run.LastByte)) < Patience)
        {
            await Task.WhenAny(reading, Task.Delay(Glance, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<ScriptExit> ToldAsync(Ended ended, CancellationToken cancellationToken)
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
            return await LostAsync(cancellationToken) is { Evidence: { } evidence } ? evidence : null;
        }
    }

    /// <summary>Ends when the pod does; what it is asked while the cluster does not answer is no end.</summary>
    private async Task<PodEnd?> WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(place.Settings.EffectivePollInterval, time, cancellationToken);
            if (await LostAsync(cancellationToken) is { } end)
            {
                return end;
            }
        }
    }

    /// <summary>Null: it runs, as far as is known.</summary>
    private async Task<PodEnd?> LostAsync(CancellationToken cancellationToken)
    {
        try
        {
            var state = await place.StateAsync(cancellationToken);
            return PodEnd.Of(state);
        }
        catch (ClusterException e)
        {
            return e.IsNotFound ? new PodEnd($"pod \"{place.Namespace}/{place.Pod}\" is deleted", null) : null;
        }
    }

    private async Task<string?> EndOfPodAsync(CancellationToken cancellationToken) => (await LostAsync(cancellationToken))?.Text;

    /// <summary>Everything in the container but its first process: asked, waited for, killed, in bounded time.</summary>
    private async Task EndAsync(Task<PodExit> reading, EndMark mark)
    {
        using var budget = new CancellationTokenSource(plan.Runner.GracefulKillTimeout + plan.Runner.ForceKillTimeout + CommandLimit, time);
        try
        {
            await AskAsync(["sh", "-c", ContainerCommand.TerminateAll], budget.Token);
            var grace = Task.Delay(plan.Runner.GracefulKillTimeout, time, budget.Token);
            await Task.WhenAny(reading, mark.Ended, grace);
            await AskAsync(["sh", "-c", ContainerCommand.KillAll], budget.Token);
            await Task.WhenAny(reading, Task.Delay(plan.Runner.ForceKillTimeout, time, budget.Token));
        }
        catch (Exception e) when (e is ClusterException or OperationCanceledException)
        {
            Log.NotEnded(logger, plan.Payload.Id, place.Pod, e.Message);
        }

        mark.End();
    }

    /// <param name="Code">Of the script, when <paramref name="Why"/> is null.</param>
    /// <param name="Why">Something else ended it.</param>
    /// <param name="IsHeld">Others have its output.</param>
    private readonly record struct Ended(int Code, PodEnd? Why, bool IsHeld);

    private sealed class Run(IJobLog log, TimeProvider time)
    {
        private long _lastByte = time.GetTimestamp();
        private volatile bool _muted;

        public long LastByte => Interlocked.Read(ref _lastByte);

        public void Mute() => _muted = true;

        public void Take(ReadOnlySpan<byte> bytes) => Give(LogStream.ScriptOutput, bytes);

        public void TakeError(ReadOnlyMemory<byte> bytes) => Give(LogStream.ScriptError, bytes.Span);

        private void Give(LogStream stream, ReadOnlySpan<byte> bytes)
        {
            Interlocked.Exchange(ref _lastByte, time.GetTimestamp());
            if (!_muted)
            {
                log.Write(stream, bytes);
            }
        }
    }

    private sealed class Disposal(PodExec exec) : IAsyncDisposable
    {
        public PodExec Inner => exec;

        public bool IsKept { get; private set; }

        public PodExec Keep()
        {
            IsKept = true;
            return exec;
        }

        public ValueTask DisposeAsync() => IsKept ? ValueTask.CompletedTask : exec.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "job {job}: what it runs in pod {pod} could not be ended: {why}")]
        public static partial void NotEnded(ILogger logger, long job, string pod, string why);
    }
}

/// <summary>Why scripts cannot go on in a pod.</summary>
/// <param name="Text">For the user.</param>
/// <param name="Code">Of the build container, when it is that which has ended; else the pod is lost.</param>
internal sealed record PodEnd(string Text, int? Code)
{
    public const string OutOfMemory =
        "the kernel's out-of-memory killer was at work in the build container: raise memory_limit of [runners.kubernetes], or KUBERNETES_MEMORY_LIMIT where it is allowed";

    /// <summary>See <see cref="ScriptExit.Evidence"/>.</summary>
    public string? Evidence { get; private init; }

    /// <summary>Null: it runs.</summary>
    public static PodEnd? Of(PodState state)
    {
        if (state.EndOf(PodRecipe.BuildContainer) is not { } text)
        {
            return null;
        }

        var build = state.Find(PodRecipe.BuildContainer);
        return text == build?.Ended
            ? new PodEnd(text, (int?)build.ExitCode) { Evidence = build.IsOutOfMemory ? OutOfMemory : null }
            : new PodEnd(text, null);
    }
}
