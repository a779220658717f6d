using BenchmarkDotNet.Attributes;

namespace Gantry.Benchmarks.Traces;

/// <summary>Throughput of the job log for 16 MiB of output.</summary>
[MemoryDiagnoser]
[MinColumn]
public class JobLogBenchmarks : IDisposable
{
    private LogPath? _path;
    private byte[] _text = [];

    [Params(0, 50)]
    public int Secrets { get; set; }

    [Params(false, true)]
    public bool HitPerLine { get; set; }

    [Params(false, true)]
    public bool Timestamps { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var secrets = LogText.Secrets(Secrets);
        _text = LogText.Lines(16 * 1024 * 1024, HitPerLine ? secrets : []);
        _path = new LogPath(secrets, encodedForms: true, Timestamps, stored: false);
    }

    [Benchmark]
    public void Write() => _path!.Write(_text);

    [GlobalCleanup]
    public void Dispose()
    {
        _path?.Dispose();
        GC.SuppressFinalize(this);
    }
}
