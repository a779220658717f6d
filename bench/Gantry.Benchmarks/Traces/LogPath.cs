using Gantry.Engine.Traces;

namespace Gantry.Benchmarks.Traces;

/// <summary>One job log with everything before the disk, or with it.</summary>
internal sealed class LogPath : IDisposable
{
    private const int ChunkSize = 64 * 1024;

    private readonly string _file = Path.GetTempFileName();
    private readonly TraceSpool _spool;
    private readonly JobLog _log;

    /// <param name="secrets">Values to hide.</param>
    /// <param name="encodedForms">Their encoded forms too.</param>
    /// <param name="timestamps">Lines are stamped.</param>
    /// <param name="stored">False: the spool is full from the start, so that filters are measured and not the disk.</param>
    public LogPath(IReadOnlyList<string> secrets, bool encodedForms, bool timestamps, bool stored)
    {
        _spool = TraceSpool.Open(_file, stored ? null : 1);
        var rules = new MaskRules { Phrases = secrets, EncodedForms = encodedForms };
        _log = new JobLog(_spool, new JobLogSettings { Timestamps = timestamps, Masks = rules }, TimeProvider.System);
    }

    public void Write(ReadOnlySpan<byte> text)
    {
        for (; text.Length > ChunkSize; text = text[ChunkSize..])
        {
            _log.Write(LogStream.ScriptOutput, text[..ChunkSize]);
        }

        _log.Write(LogStream.ScriptOutput, text);
    }

    public void Dispose()
    {
        _spool.Dispose();
        File.Delete(_file);
    }
}
