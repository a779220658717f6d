namespace Gantry.Coordinator.Traces;

/// <summary>Whether the bytes were taken, and the size of the log afterwards: the offset to go on from.</summary>
internal readonly record struct TraceAppend(bool Taken, long Size);
