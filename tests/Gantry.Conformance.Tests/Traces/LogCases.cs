using System.Text;
using System.Text.Json;
using Gantry.Engine.Traces;

namespace Gantry.Conformance.Tests.Traces;

/// <summary>Reading of the cases about the job log.</summary>
internal static class LogCases
{
    public static IEnumerable<string> Strings(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) ? list.EnumerateArray().Select(item => item.GetString()!) : [];
}

/// <summary>The sink of a filter.</summary>
internal sealed class SinkStage : ITraceStage
{
    private readonly List<byte> _bytes = [];

    public string Text => Encoding.UTF8.GetString([.. _bytes]);

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void Mask() => Write("[MASKED]"u8);

    public void EndWrite() { }

    public void Close() { }
}
