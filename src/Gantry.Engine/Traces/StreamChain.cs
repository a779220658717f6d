namespace Gantry.Engine.Traces;

/// <summary>
/// One stream's way to the spool: phrases, URL parameters, token prefixes, UTF-8 repair, time stamps. Text of two
/// streams is never matched together (official-job-protocol §3.1).
/// </summary>
internal sealed class StreamChain
{
    private readonly AddMaskScanner? _commands;
    private readonly PhraseMasker _phrases;
    private readonly TokenSanitiser _tokens;
    private readonly ITraceStage _first;
    private readonly LineStamper? _stamper;
    private bool _endsLine = true;

    /// <param name="time">The clock of the time stamps; null for a log without.</param>
    /// <param name="addMask">Called inside a write; leads back to <see cref="Use"/>.</param>
    public StreamChain(TraceSpool spool, LogFilters filters, LogStream stream, TimeProvider? time, Action<string> addMask)
    {
        ITraceStage end = new SpoolStage(spool);
        if (time is not null)
        {
            end = _stamper = new LineStamper(end, Number(stream), stream == LogStream.ScriptError, time);
        }

        _tokens = new TokenSanitiser(filters.Tokens, new Utf8Repair(end));
        _phrases = new PhraseMasker(filters.Phrases, new UrlParameterSanitiser(_tokens));
        _first = _phrases;
        if (stream is LogStream.ScriptOutput or LogStream.ScriptError)
        {
            _commands = new AddMaskScanner(addMask, _phrases) { Active = filters.AddMaskCommands };
            _first = _commands;
        }
    }

    /// <summary>Nothing is held back, and no value to hide can have begun: those end with their line, or are held.</summary>
    public bool IsSettled => _endsLine && !_phrases.Holds && _commands is not { Holds: true } && _stamper is not { HasOpenLine: true };

    public void Use(LogFilters filters)
    {
        _commands?.Active = filters.AddMaskCommands;
        _phrases.Use(filters.Phrases);
        _tokens.Use(filters.Tokens);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        _endsLine = bytes[^1] is (byte)'\n' or (byte)'\r';
        _first.Write(bytes);
        _first.EndWrite();
    }

    public void Close()
    {
        _endsLine = true;
        _first.Close();
    }

    private static byte Number(LogStream stream) => stream switch
    {
        LogStream.Runner => 0x00,
        LogStream.Service => 0x0f,
        _ => 0x01,
    };
}
