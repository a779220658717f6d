namespace Gantry.Engine.Traces;

/// <summary>
/// The job's log as stages and executors see it. What is written is masked, stamped and spooled by the implementation.
/// <para>Threading: all members may be called at the same time; bytes of one stream keep their order.</para>
/// </summary>
public interface IJobLog
{
    /// <summary>A plain line of the runner. The text may hold ANSI colours; reset and line end are added.</summary>
    void Line(string text);

    /// <summary>A green line.</summary>
    void Info(string text);

    /// <summary>A yellow line that begins with <c>WARNING: </c>.</summary>
    void Warning(string text);

    /// <summary>A bold red line that begins with <c>ERROR: </c>.</summary>
    void Error(string text);

    /// <summary>Raw bytes of one of the streams. Any chunking: lines, characters and masked words may be split.</summary>
    void Write(LogStream stream, ReadOnlySpan<byte> bytes);

    /// <summary>Opens a collapsible section; disposing it closes it with the time of that moment (§3.8).</summary>
    IDisposable Section(string name);
}

/// <summary>Streams of a job log; each is masked and stamped on its own (official-job-protocol §3.1).</summary>
public enum LogStream
{
    /// <summary>The runner's and the executor's own messages: stream 00, O.</summary>
    Runner,

    /// <summary>The script's standard output: stream 01, O.</summary>
    ScriptOutput,

    /// <summary>The script's standard error: stream 01, E.</summary>
    ScriptError,

    /// <summary>Logs of service containers: stream 0f, O.</summary>
    Service,
}
