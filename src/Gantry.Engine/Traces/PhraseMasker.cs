namespace Gantry.Engine.Traces;

/// <summary>
/// Hides every byte that belongs to an occurrence of a phrase; overlapping occurrences become one mark. The end of a
/// write is held back only while it is the beginning of a phrase, so the result does not depend on how the text was cut
/// (the official filter misses an occurrence that starts inside a failed partial match).
/// </summary>
internal sealed class PhraseMasker(PhraseSet phrases, ITraceStage next) : ITraceStage
{
    private PhraseSet _phrases = phrases;
    private byte[] _held = [];
    private int _heldCount;

    /// <summary>So many of the held bytes belong to an occurrence whose mark is already out.</summary>
    private int _covered;

    /// <summary>Other phrases from here on, also for what is held.</summary>
    public void Use(PhraseSet phrases) => _phrases = phrases;

    /// <summary>Something was written that is not handed on yet.</summary>
    public bool Holds => _heldCount > 0;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_heldCount == 0)
        {
            Process(bytes, ending: false);
            return;
        }

        Array.Resize(ref _held, Math.Max(_held.Length, _heldCount + bytes.Length));
        bytes.CopyTo(_held.AsSpan(_heldCount));
        Process(_held.AsSpan(0, _heldCount + bytes.Length), ending: false);
    }

    public void Mask()
    {
        Flush();
        next.Mask();
    }

    public void EndWrite() => next.EndWrite();

    public void Close()
    {
        Flush();
        next.Close();
    }

    private void Flush()
    {
        if (_heldCount > 0)
        {
            Process(_held.AsSpan(0, _heldCount), ending: true);
        }
    }

    private void Process(ReadOnlySpan<byte> text, bool ending)
    {
        // Starts before this point are decided: no phrase that begins there can still grow.
        var decided = ending || _phrases.IsEmpty ? text.Length : _phrases.IncompleteFrom(text);
        var covered = _covered;
        var emitted = covered;
        var scan = _phrases.Search(text);
        while (decided > 0 && scan.Next() && scan.Start < decided)
        {
            if (scan.Start >= covered)
            {
                Emit(text, emitted, scan.Start);
                next.Mask();
            }

            covered = Math.Max(covered, scan.Start + scan.Length);
            emitted = covered;
        }

        Emit(text, emitted, decided);
        Hold(text[decided..], Math.Max(0, covered - decided));
    }

    private void Emit(ReadOnlySpan<byte> text, int from, int to)
    {
        if (from < to)
        {
            next.Write(text[from..to]);
        }
    }

    /// <summary>The rest may lie in the held bytes themselves.</summary>
    private void Hold(ReadOnlySpan<byte> rest, int covered)
    {
        _covered = covered;
        _heldCount = rest.Length;
        if (_held.Length < rest.Length)
        {
            _held = new byte[Math.Max(256, rest.Length * 2)];
        }

        rest.CopyTo(_held);
    }
}
