namespace Gantry.Engine.Traces;

/// <summary>
/// One step of a stream's way to the spool. Text may come in any pieces; <see cref="EndWrite"/> says that a producer's
/// write is over, so nothing may be held back for mere convenience. Not thread-safe: <see cref="JobLog"/> holds the lock.
/// </summary>
internal interface ITraceStage
{
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>A hidden value stood here. Apart from <see cref="Write"/> so that no later filter looks into our own mark.</summary>
    void Mask();

    void EndWrite();

    /// <summary>The stream ends: everything held back comes out, and the stage is as new.</summary>
    void Close();
}
