using System.Diagnostics;
using System.Globalization;
using Gantry.Engine.Archives;

namespace Gantry.Benchmarks.Archives;

/// <summary>
/// Caches and artifacts against <c>tar | zstd</c> and <c>zip</c> on the same files. Rounds alternate, so that what else the
/// machine does hits both; the best round counts for time, and processor time is shown beside it.
/// </summary>
internal static class QuickArchives
{
    // Ext4 makes files slowly for a minute after many were removed, which every round does: that would be all there is to see.
    private const string Memory = "/dev/shm";

    private const int Files = 20_000;
    private const int Size = 10 * 1024;

    public static async Task RunAsync(TextWriter output, int rounds)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Directory.Exists(Memory) ? Memory : Path.GetTempPath(), $"gantry-bench-{Environment.ProcessId}")).FullName;
        try
        {
            var tree = SampleTree.Make(Path.Combine(folder, "tree"), Files, Size);
            var entries = await FileSelection.SelectAsync(
                new FileSelectionRequest { WorkingDirectory = tree, Paths = ["."], Report = _ => { } }, CancellationToken.None);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{Files} files of {Size} bytes, {entries.Count} entries, {Environment.ProcessorCount} processors, {rounds} rounds"));
            string At(string name) => Path.Combine(folder, name);
            var cases = new List<Case>
            {
                new("tar | zstd -3 -T0", () => Program("tar", "-cf", At("their.tar.zst"), "-I", "zstd -3 -T0", "-C", tree, ".")),
                new("cache as tarzstd", () => WriteAsync(tree, entries, At("our.tar.zst"), ArchiveFormat.TarZstd, ArchiveLevel.Default)) { Against = 0 },
                new("cache as zipzstd", () => WriteAsync(tree, entries, At("our.zst.zip"), ArchiveFormat.ZipZstd, ArchiveLevel.Default)) { Against = 0 },
                new("tar -x of tar.zst", () => Program("tar", "-xf", At("their.tar.zst"), "-I", "zstd -d", "-C", Fresh(At("their-tree")))),
                new("extract tarzstd", () => ExtractAsync(At("our.tar.zst"), Fresh(At("our-tree")))) { Against = 3 },
                new("extract zipzstd", () => ExtractAsync(At("our.zst.zip"), Fresh(At("our-tree")))) { Against = 3 },
                new("zip -1", () => Program("sh", "-c", $"cd '{tree}' && rm -f '{At("their.zip")}' && zip -1 -q -r '{At("their.zip")}' .")),
                new("artifact as zip, level fast", () => WriteAsync(tree, entries, At("our.zip"), ArchiveFormat.Zip, ArchiveLevel.Fast)) { Against = 6 },
                new("extract zip", () => ExtractAsync(At("our.zip"), Fresh(At("our-tree")))) { Against = 3 },
                new("artifact as zip, level default", () => WriteAsync(tree, entries, At("our.default.zip"), ArchiveFormat.Zip, ArchiveLevel.Default)) { Against = 6 },
            };
            for (var round = 0; round < rounds; round++)
            {
                foreach (var one in cases)
                {
                    await one.RunAsync();
                }
            }

            Report(output, cases);
            foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            {
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(file).Length / 1e6,8:F1} MB  {Path.GetFileName(file)}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Report(TextWriter output, List<Case> cases)
    {
        output.WriteLine($"{"",-32}{"best s",9}{"cpu s",9}{"ratio",8}{"cpu",8}");
        foreach (var one in cases)
        {
            var ratio = one.Against is { } other
                ? string.Create(CultureInfo.InvariantCulture, $"{one.Best / cases[other].Best,8:F2}{one.Processor / cases[other].Processor,8:F2}")
                : "";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Name,-32}{one.Best.TotalSeconds,9:F2}{one.Processor.TotalSeconds,9:F2}{ratio}"));
        }
    }

    private static string Fresh(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return Directory.CreateDirectory(folder).FullName;
    }

    private static async Task<TimeSpan> WriteAsync(string tree, IReadOnlyList<FileEntry> entries, string file, ArchiveFormat format, ArchiveLevel level)
    {
        var before = Environment.CpuUsage.TotalTime;
        await using var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        await ArchiveWriter.WriteAsync(
            new ArchiveRequest { WorkingDirectory = tree, Entries = entries, Format = format, Level = level, Report = _ => { } }, target, CancellationToken.None);
        return Environment.CpuUsage.TotalTime - before;
    }

    private static async Task<TimeSpan> ExtractAsync(string file, string target)
    {
        var before = Environment.CpuUsage.TotalTime;
        await ArchiveExtractor.ExtractAsync(
            new ExtractionRequest { ArchivePath = file, TargetDirectory = target, Report = _ => { }, LinksMayLeave = true, RestoreOwners = true }, CancellationToken.None);
        return Environment.CpuUsage.TotalTime - before;
    }

    private static async Task<TimeSpan> Program(string name, params string[] arguments)
    {
        using var times = Process.Start(new ProcessStartInfo("bash", ["-c", "\"$@\"; code=$?; times >&2; exit $code", "bash", name, .. arguments]) { RedirectStandardError = true })!;
        var text = await times.StandardError.ReadToEndAsync();
        await times.WaitForExitAsync();
        return times.ExitCode == 0 ? Children(text) : throw new InvalidOperationException($"{name} failed: {text}");
    }

    /// <summary>The last line of bash's <c>times</c>: <c>0m1.234s 0m0.567s</c>, user and system of its children.</summary>
    private static TimeSpan Children(string text) => text.TrimEnd().Split('\n')[^1].Split(' ').Select(part =>
    {
        var minutes = part.TrimEnd('s').Split('m');
        return TimeSpan.FromMinutes(double.Parse(minutes[0], CultureInfo.InvariantCulture)) + TimeSpan.FromSeconds(double.Parse(minutes[1], CultureInfo.InvariantCulture));
    }).Aggregate((a, b) => a + b);

    private sealed record Case(string Name, Func<Task<TimeSpan>> Run)
    {
        /// <summary>Index of the case it is compared with.</summary>
        public int? Against { get; init; }

        public TimeSpan Best { get; private set; } = TimeSpan.MaxValue;

        public TimeSpan Processor { get; private set; } = TimeSpan.MaxValue;

        public async Task RunAsync()
        {
            var started = Stopwatch.GetTimestamp();
            var processor = await Run();
            var took = Stopwatch.GetElapsedTime(started);
            Best = took < Best ? took : Best;
            Processor = processor < Processor ? processor : Processor;
        }
    }
}
