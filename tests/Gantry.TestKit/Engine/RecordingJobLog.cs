using System.Text;
using Gantry.Engine.Traces;

namespace Gantry.TestKit.Engine;

/// <summary>A job log that keeps what it is told: plain text without colours, sections as <c>[name</c> and <c>name]</c> lines.</summary>
public sealed class RecordingJobLog : IJobLog
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly Dictionary<LogStream, MemoryStream> _streams = [];
    private readonly List<string> _lines = [];

    /// <summary>Everything in the order it came: runner lines as <c>ERROR: …</c>, stream bytes as they are.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>The runner's own lines, with <c>WARNING: </c> and <c>ERROR: </c>, and the section marks.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>The script's standard output.</summary>
    public string Output => TextOf(LogStream.ScriptOutput);

    /// <summary>The script's standard error.</summary>
    public string ErrorOutput => TextOf(LogStream.ScriptError);

    public string TextOf(LogStream stream) => Encoding.UTF8.GetString(BytesOf(stream));

    public byte[] BytesOf(LogStream stream)
    {
        lock (_gate)
        {
            return _streams.TryGetValue(stream, out var bytes) ? bytes.ToArray() : [];
        }
    }

    public void Line(string text) => Add(text);

    public void Info(string text) => Add(text);

    public void Warning(string text) => Add("WARNING: " + text);

    public void Error(string text) => Add("ERROR: " + text);

    public void Write(LogStream stream, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (!_streams.TryGetValue(stream, out var kept))
            {
                _streams[stream] = kept = new MemoryStream();
            }

            kept.Write(bytes);
            _text.Append(Encoding.UTF8.GetString(bytes));
        }
    }

    public IDisposable Section(string name)
    {
        Add("[" + name);
        return new OpenSection(this, name);
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            _text.Append(line).Append('\n');
        }
    }

    private sealed class OpenSection(RecordingJobLog log, string name) : IDisposable
    {
        public void Dispose() => log.Add(name + "]");
    }
}
