using System.Threading.Channels;

namespace Gantry.Runner.Daemon;

/// <summary>
/// What the outside tells a running daemon (official-cli-config §3.2). The composition root calls this from signal
/// handlers. Thread-safe; never blocks.
/// </summary>
public sealed class DaemonSignals
{
    // A handful of signals in the life of a process: nothing is ever dropped.
    private readonly Channel<DaemonSignal> _signals = Channel.CreateUnbounded<DaemonSignal>();

    internal ChannelReader<DaemonSignal> Reader => _signals.Reader;

    /// <summary>SIGHUP: read the file again, changed or not.</summary>
    public void Reload() => _signals.Writer.TryWrite(new DaemonSignal.Reload());

    /// <summary>No more jobs until <see cref="Undrain"/>; those that run go on, and the process stays.</summary>
    public void Drain() => _signals.Writer.TryWrite(new DaemonSignal.Drain());

    /// <summary>Jobs are asked for again.</summary>
    public void Undrain() => _signals.Writer.TryWrite(new DaemonSignal.Undrain());

    /// <summary>SIGQUIT: no more jobs, wait for those that run.</summary>
    public void StopGracefully() => _signals.Writer.TryWrite(new DaemonSignal.StopGracefully());

    /// <summary>SIGTERM, SIGINT: end the jobs. Once more: end the process.</summary>
    /// <param name="signal">As the log names it: <c>terminated</c>, <c>interrupt</c>.</param>
    public void Stop(string signal) => _signals.Writer.TryWrite(new DaemonSignal.Stop(signal));
}

internal abstract record DaemonSignal
{
    private DaemonSignal() { }

    public sealed record Reload : DaemonSignal;

    public sealed record Drain : DaemonSignal;

    public sealed record Undrain : DaemonSignal;

    public sealed record StopGracefully : DaemonSignal;

    public sealed record Stop(string Name) : DaemonSignal;
}
