using System.Text;

namespace Gantry.Executors;

/// <summary>What a program says to standard error, as far as anybody would read it. One writer.</summary>
/// <param name="longest">In bytes; the rest is forgotten.</param>
internal sealed class Complaint(int longest) : IDisposable
{
    private readonly MemoryStream _bytes = new();

    public void Take(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes[..(int)Math.Min(bytes.Length, longest - _bytes.Length)]);

    /// <summary>On one line.</summary>
    public override string ToString() => Encoding.UTF8.GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length).Trim().ReplaceLineEndings(" ");

    public void Dispose() => _bytes.Dispose();
}
