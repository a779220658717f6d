namespace Gantry.Engine.Processes;

/// <summary>
/// What to start and how. The child becomes the leader of a session and process group of its own, has every signal at
/// its default, and inherits no descriptor but the three standard ones.
/// </summary>
public sealed record ProcessStart
{
    /// <summary>A path, or a name that is looked up in the runner's own PATH.</summary>
    public required string FileName { get; init; }

    /// <summary>Visible to every user of the machine: no secrets.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Null: the runner's own.</summary>
    public string? WorkingFolder { get; init; }

    public ProcessEnvironment Environment { get; init; } = ProcessEnvironment.Inherited;
    public ProcessInput Input { get; init; } = ProcessInput.None;
    public ProcessOutput Output { get; init; } = ProcessOutput.Dropped;
    public ProcessOutput Error { get; init; } = ProcessOutput.Dropped;

    /// <summary>
    /// The child gets a terminal of its own instead of pipes: it is its controlling terminal, and standard error goes there, too.
    /// <see cref="Input"/> must be <see cref="ProcessInput.Written"/> and <see cref="Output"/> <see cref="ProcessOutput.Read"/>.
    /// </summary>
    public bool Terminal { get; init; }

    /// <summary>Between the terminate signal and the kill.</summary>
    public TimeSpan TerminateWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After the kill, before giving up on the process.</summary>
    public TimeSpan KillWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// When the process has ended but others still hold its output open: how long silence is waited for. What was
    /// written before the end is always read.
    /// </summary>
    public TimeSpan QuietGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>In the same situation: how long it is read in all, when there is no silence.</summary>
    public TimeSpan OutputGrace { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public override string ToString() => FileName;
}

/// <summary>The variables a child sees. Later steps win: inherited and kept, then set or removed.</summary>
public sealed record ProcessEnvironment
{
    /// <summary>The runner's own environment as the process was started with it.</summary>
    public static readonly ProcessEnvironment Inherited = new();

    /// <summary>Nothing but what is set.</summary>
    public static readonly ProcessEnvironment Empty = new() { Keep = _ => false };

    /// <summary>Which inherited names stay; null for all.</summary>
    public Func<string, bool>? Keep { get; init; }

    /// <summary>Added or replaced; a null value removes the name.</summary>
    public IReadOnlyDictionary<string, string?> Set { get; init; } = new Dictionary<string, string?>();
}

/// <summary>What a child reads on its standard input.</summary>
public abstract record ProcessInput
{
    private ProcessInput() { }

    /// <summary>The null device.</summary>
    public static ProcessInput None { get; } = new Nothing();

    /// <summary>Through <see cref="ChildProcess.Input"/>, which must be closed.</summary>
    public static ProcessInput Written { get; } = new Stream();

    public static ProcessInput Of(ReadOnlyMemory<byte> content) => new Bytes(content);

    internal sealed record Nothing : ProcessInput;

    internal sealed record Bytes(ReadOnlyMemory<byte> Content) : ProcessInput;

    internal sealed record Stream : ProcessInput;
}

/// <summary>Where a child's output goes.</summary>
public abstract record ProcessOutput
{
    private ProcessOutput() { }

    /// <summary>The null device.</summary>
    public static ProcessOutput Dropped { get; } = new Nothing();

    /// <summary>Through <see cref="ChildProcess.Output"/> or <see cref="ChildProcess.Error"/>, which must be read or disposed.</summary>
    public static ProcessOutput Read { get; } = new Stream();

    /// <summary>
    /// To a function, on the child's own thread, in order and as it comes; while the function runs the child can write
    /// no more than a pipe holds. Output and error of one child are never handed over at the same time.
    /// </summary>
    public static ProcessOutput To(OutputSink sink) => new Sink(sink);

    internal sealed record Nothing : ProcessOutput;

    internal sealed record Sink(OutputSink Take) : ProcessOutput;

    internal sealed record Stream : ProcessOutput;
}

/// <summary>Takes bytes of a child; they are valid during the call only.</summary>
public delegate void OutputSink(ReadOnlySpan<byte> bytes);
