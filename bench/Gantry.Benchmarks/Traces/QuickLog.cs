using System.Diagnostics;

namespace Gantry.Benchmarks.Traces;

/// <summary>The same paths, best of some rounds: good enough on a machine that does other things too.</summary>
internal static class QuickLog
{
    // Short rounds, so that some of them are not interrupted by other programs.
    private const int Size = 1024 * 1024;
    private const int Rounds = 400;

    public static void Run(TextWriter output)
    {
        var secrets = LogText.Secrets(50);
        var plain = LogText.Lines(Size, []);
        var hits = LogText.Lines(Size, secrets);
        foreach (var timestamps in new[] { false, true })
        {
            Measure(output, $"no secrets, timestamps {timestamps}", plain, new LogPath([], true, timestamps, false));
            Measure(output, $"50 secrets plain, no hits, timestamps {timestamps}", plain, new LogPath(secrets, false, timestamps, false));
            Measure(output, $"50 secrets with encoded forms, no hits, timestamps {timestamps}", plain, new LogPath(secrets, true, timestamps, false));
            Measure(output, $"50 secrets with encoded forms, a hit per line, timestamps {timestamps}", hits, new LogPath(secrets, true, timestamps, false));
            Measure(output, $"the same, stored, timestamps {timestamps}", hits, new LogPath(secrets, true, timestamps, true));
        }
    }

    private static void Measure(TextWriter output, string what, byte[] text, LogPath path)
    {
        using (path)
        {
            path.Write(text);
            var best = TimeSpan.MaxValue;
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < Rounds; round++)
            {
                var started = Stopwatch.GetTimestamp();
                path.Write(text);
                var took = Stopwatch.GetElapsedTime(started);
                best = took < best ? took : best;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            output.WriteLine($"{text.Length / best.TotalSeconds / 1e6,8:F0} MB/s  {allocated / Rounds,8} B/round  {what}");
        }
    }
}
