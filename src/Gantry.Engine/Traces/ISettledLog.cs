namespace Gantry.Engine.Traces;

/// <summary>An ability of a job log beside <see cref="IJobLog"/>: to say how far it holds what was written to it.</summary>
public interface ISettledLog
{
    /// <summary>
    /// The size of the stored log when it holds everything that was written to this stream, and what comes can be read without
    /// knowing what came before; null while something is held back, or a line is open.
    /// </summary>
    long? SettledAt(LogStream stream);
}
