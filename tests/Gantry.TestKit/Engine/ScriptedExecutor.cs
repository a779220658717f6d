using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Protocol;
using Gantry.Protocol.Runners;

namespace Gantry.TestKit.Engine;

/// <summary>
/// An executor that starts nothing: the job itself says what happens, in variables called <c>ON_STAGE</c>
/// (<c>ON_step_script</c>, <c>ON_prepare_executor</c>, …). A value is a list of acts separated by <c>;</c>, one list per try
/// separated by <c>|</c> (the last is repeated):
/// <list type="bullet">
/// <item><c>print TEXT</c>: a line on standard output; <c>warn TEXT</c>: on standard error.</item>
/// <item><c>exit N</c>: ends the script with that code.</item>
/// <item><c>hang</c>: until the stage is cancelled.</item>
/// <item><c>wait SECONDS</c>: on the test's clock.</item>
/// <item><c>break TEXT</c>: the place breaks (worth another try); <c>misconfigured TEXT</c>: not worth one.</item>
/// </list>
/// A stage without such a variable succeeds. Everything that was asked is recorded.
/// </summary>
public sealed class ScriptedExecutor(TimeProvider time) : IExecutor
{
    private readonly Dictionary<string, int> _tries = new(StringComparer.Ordinal);
    private readonly List<StageScript> _scripts = [];

    public string Name => "scripted";

    public ExecutorTraits Traits { get; init; } = new()
    {
        DefaultBuildsFolder = "/builds",
        DefaultCacheFolder = "/cache",
        SharedBuildsFolder = false,
        SharedEnvironment = false,
        CustomBuildDirAllowed = true,
        SafeDirectoryCheckout = true,
        CleanGitConfig = true,
        DefaultShell = "bash",
        NamesRunnerHost = true,
        Announcement = "Using Scripted executor...",
        Features = new RunnerFeatures { Variables = true },
    };

    /// <summary>How scripts call the helper; null for a place without one.</summary>
    public string? HelperCommand { get; init; } = "/usr/bin/gantry-helper";

    /// <summary>Scripts in the order they ran.</summary>
    public IReadOnlyList<StageScript> Scripts => _scripts;

    public IEnumerable<string> Stages => _scripts.Select(script => script.Stage);

    /// <summary>How often a place was made, and how often one was removed.</summary>
    public int Prepared { get; private set; }

    public int Disposed { get; private set; }

    /// <summary>Called when a stage begins, after it was recorded: for tests that act in the middle of one.</summary>
    public Action<string> Entered { get; set; } = _ => { };

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        Entered("prepare_executor");
        await ActAsync(request.Plan, "prepare_executor", log, cancellationToken);
        Prepared++;
        return new Place(this, request.Plan);
    }

    /// <summary>Where the log of a place that goes on was settled.</summary>
    public long ReopenedAt { get; set; }

    public Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken) => Task.FromResult<Reopening>(
        handle.Values.ContainsKey("place") ? new Reopening.Running(new Place(this, request.Plan), ReopenedAt) : new Reopening.Lost("and its place is gone"));

    private async Task<ScriptExit> ActAsync(JobPlan plan, string stage, IJobLog log, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var tries = plan.Variables.Get("ON_" + stage).Split('|');
        var attempt = _tries[stage] = _tries.GetValueOrDefault(stage) + 1;
        foreach (var act in tries[Math.Min(attempt, tries.Length) - 1].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (verb, text) = act.Split(' ', 2) is [var head, var tail] ? (head, tail) : (act, "");
            switch (verb)
            {
                case "print": log.Write(LogStream.ScriptOutput, Encoding.UTF8.GetBytes(text + "\n")); break;
                case "warn": log.Write(LogStream.ScriptError, Encoding.UTF8.GetBytes(text + "\n")); break;
                case "exit": return new ScriptExit(int.Parse(text), $"exit status {text}");
                case "hang": await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken); break;
                case "wait": await Task.Delay(TimeSpan.FromSeconds(double.Parse(text)), time, cancellationToken); break;
                case "break": throw EnvironmentException.Broken(text);
                case "misconfigured": throw EnvironmentException.Misconfigured(text);
                default: throw new EnvironmentException(FailureReason.RunnerSystemFailure, $"ON_{stage}: '{verb}' is no act", retriable: false);
            }
        }

        return ScriptExit.Success;
    }

    private sealed class Place(ScriptedExecutor executor, JobPlan plan) : IJobEnvironment
    {
        public EnvironmentHandle Handle { get; } = new("scripted", new Dictionary<string, string> { ["place"] = plan.UniqueName });

        public string? HelperCommand => executor.HelperCommand;

        public async Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
        {
            executor._scripts.Add(script);
            executor.Entered(script.Stage);
            return await executor.ActAsync(plan, script.Stage, log, cancellationToken);
        }

        public ValueTask DisposeAsync()
        {
            executor.Disposed++;
            return ValueTask.CompletedTask;
        }
    }
}
