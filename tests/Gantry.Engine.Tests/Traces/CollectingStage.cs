using System.Text;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Tests.Traces;

/// <summary>The end of a chain under test.</summary>
internal sealed class CollectingStage : ITraceStage
{
    private readonly List<byte> _bytes = [];

    public string Text => Encoding.UTF8.GetString([.. _bytes]);

    public bool Closed { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void Mask() => Write("[MASKED]"u8);

    public void EndWrite() { }

    public void Close() => Closed = true;
}
