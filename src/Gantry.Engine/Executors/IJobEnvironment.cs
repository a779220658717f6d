using Gantry.Engine.Traces;

namespace Gantry.Engine.Executors;

/// <summary>
/// The place of one job. Order: made by <see cref="IExecutor.PrepareAsync"/>, then <see cref="RunAsync"/> once per stage,
/// one at a time, then <see cref="IAsyncDisposable.DisposeAsync"/> exactly once, which removes everything that was made,
/// also after a failure, and never throws for something that is already gone.
/// </summary>
public interface IJobEnvironment : IAsyncDisposable
{
    /// <summary>What is needed to find this place again after the runner's process died. Kept in the journal.</summary>
    EnvironmentHandle Handle { get; }

    /// <summary>
    /// How stage scripts call the helper commands (<c>artifacts-uploader</c>, …) inside this place: a path or a name
    /// found on PATH. Null when the place has none; stages that need it then say so and are skipped (§8.4).
    /// </summary>
    string? HelperCommand { get; }

    /// <summary>
    /// Runs one stage script to its end. Bytes of stdout and stderr go to <paramref name="log"/> as they come.
    /// A non-zero exit is a result, not an exception.
    /// <para>When the token fires, every process of the script is ended (terminate, wait, kill) before the call throws
    /// <see cref="OperationCanceledException"/>; nothing of the script is left running.</para>
    /// </summary>
    /// <exception cref="EnvironmentException">The place broke (connection lost, container gone).</exception>
    Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken);
}
