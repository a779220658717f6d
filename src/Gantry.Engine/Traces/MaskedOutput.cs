namespace Gantry.Engine.Traces;

/// <summary>
/// Two streams of a command with what it masks by <c>::add-mask::VALUE</c> hidden in both, for <c>proxy-exec</c>. The streams
/// may be written by different threads.
/// </summary>
public sealed class MaskedOutput
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _values = new(StringComparer.Ordinal);
    private readonly (AddMaskScanner First, PhraseMasker Masker) _output;
    private readonly (AddMaskScanner First, PhraseMasker Masker) _error;

    public MaskedOutput(Stream output, Stream error) => (_output, _error) = (Chain(output), Chain(error));

    public void WriteOutput(ReadOnlySpan<byte> bytes) => Write(_output.First, bytes);

    public void WriteError(ReadOnlySpan<byte> bytes) => Write(_error.First, bytes);

    /// <summary>What is held back comes out.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _output.First.Close();
            _error.First.Close();
        }
    }

    private (AddMaskScanner, PhraseMasker) Chain(Stream target)
    {
        var masker = new PhraseMasker(PhraseSet.Empty, new End(target));
        return (new AddMaskScanner(Add, masker) { Active = true }, masker);
    }

    private void Write(AddMaskScanner first, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            first.Write(bytes);
            first.EndWrite();
        }
    }

    // Called inside a write: the lock is held.
    private void Add(string value)
    {
        if (_values.Add(value))
        {
            var phrases = PhraseSet.Compile(_values, encodedForms: false);
            _output.Masker.Use(phrases);
            _error.Masker.Use(phrases);
        }
    }

    private sealed class End(Stream target) : ITraceStage
    {
        public void Write(ReadOnlySpan<byte> bytes) => target.Write(bytes);

        public void Mask() => target.Write("[MASKED]"u8);

        public void EndWrite() => target.Flush();

        public void Close() => target.Flush();
    }
}
