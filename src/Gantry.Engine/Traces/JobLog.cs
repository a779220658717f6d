using System.Text;

namespace Gantry.Engine.Traces;

/// <summary>
/// The product's job log: each stream goes through masking, time stamps and UTF-8 repair into the spool
/// (official-job-protocol §3.1). What is hidden stays hidden for any chunking of the writes.
/// <para>Order: made with what is known when the job arrives; <see cref="Mask(MaskRules)"/> once secrets are resolved;
/// <see cref="EndStreams"/> after each script; <see cref="Close"/> before the final report.</para>
/// <para>Threading: all members may be called at the same time.</para>
/// </summary>
public sealed class JobLog : IJobLog, ISettledLog
{
    private readonly Lock _gate = new();
    private readonly JobLogSettings _settings;
    private readonly TimeProvider _time;
    private readonly StreamChain[] _streams;
    private readonly TraceSpool _spool;
    private readonly List<string> _added = [];
    private MaskRules _rules;
    private bool _closed;

    public JobLog(TraceSpool spool, JobLogSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _spool = spool;
        _rules = settings.Masks;
        if (settings.ContinuesAt is { } from)
        {
            spool.ExpectAgain(from);
        }
        else if (!spool.EndsLine)
        {
            // An earlier process died inside a line; a stamp must not land in the middle of it.
            spool.Append("\n"u8);
        }

        var filters = LogFilters.Compile(_rules);
        _streams =
        [
            NewChain(spool, filters, LogStream.Runner),
            NewChain(spool, filters, LogStream.ScriptOutput),
            NewChain(spool, filters, LogStream.ScriptError),
            NewChain(spool, filters, LogStream.Service),
        ];
    }

    /// <summary>Hides more or other things from here on, such as secrets that were just resolved. Values of <c>::add-mask::</c> stay hidden.</summary>
    public void Mask(MaskRules rules)
    {
        lock (_gate)
        {
            Use(rules with { Phrases = [.. rules.Phrases, .. _added] });
        }
    }

    /// <summary>Hides one more value from here on.</summary>
    public void Mask(string phrase)
    {
        lock (_gate)
        {
            AddMask(phrase);
        }
    }

    public void Line(string text) => Message(Ansi.ClearLine, text);

    public void Info(string text) => Message(Ansi.BoldGreen, text);

    public void Warning(string text) => Message(Ansi.Yellow + "WARNING: ", text);

    public void Error(string text) => Message(Ansi.BoldRed + "ERROR: ", text);

    public void Write(LogStream stream, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _streams[(int)stream].Write(bytes);
            }
        }
    }

    public long? SettledAt(LogStream stream)
    {
        lock (_gate)
        {
            return _streams[(int)stream].IsSettled ? _spool.Size : null;
        }
    }

    /// <summary>A section that an earlier process opened: disposing it closes it.</summary>
    public IDisposable OpenedSection(string name) => _settings.Sections ? new OpenSection(this, name) : new NoSection();

    public IDisposable Section(string name)
    {
        if (!_settings.Sections)
        {
            return new NoSection();
        }

        WriteText(SectionMarker("start", name));
        return new OpenSection(this, name);
    }

    /// <summary>
    /// A script is over: what its streams still hold back (a line without end, the first half of a hidden value) comes
    /// out, so that the runner's next message starts on a line of its own.
    /// </summary>
    public void EndStreams()
    {
        lock (_gate)
        {
            foreach (var stream in _streams.AsSpan(1))
            {
                stream.Close();
            }
        }
    }

    /// <summary>Ends all streams; later writes are dropped. Idempotent.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            foreach (var stream in _streams)
            {
                stream.Close();
            }
        }
    }

    private StreamChain NewChain(TraceSpool spool, LogFilters filters, LogStream stream) =>
        new(spool, filters, stream, _settings.Timestamps ? _time : null, AddMask);

    private void AddMask(string phrase)
    {
        if (!string.IsNullOrWhiteSpace(phrase) && !_added.Contains(phrase))
        {
            _added.Add(phrase);
            Use(_rules with { Phrases = [.. _rules.Phrases, phrase] });
        }
    }

    private void Use(MaskRules rules)
    {
        _rules = rules;
        var filters = LogFilters.Compile(rules);
        foreach (var stream in _streams)
        {
            stream.Use(filters);
        }
    }

    private void Message(string prefix, string text) => WriteText(prefix + text + Ansi.Reset + "\n");

    private void WriteText(string text) => Write(LogStream.Runner, Encoding.UTF8.GetBytes(text));

    private string SectionMarker(string edge, string name) =>
        $"section_{edge}:{_time.GetUtcNow().ToUnixTimeSeconds()}:{name}\r{Ansi.ClearLine}";

    private sealed class OpenSection(JobLog log, string name) : IDisposable
    {
        private JobLog? _log = log;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _log, null) is { } open)
            {
                open.WriteText(open.SectionMarker("end", name));
            }
        }
    }

    private sealed class NoSection : IDisposable
    {
        public void Dispose() { }
    }
}
