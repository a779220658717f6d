using System.Diagnostics;
using System.Security.Cryptography;
using CsCheck;
using Gantry.Engine.Archives;

namespace Gantry.Engine.Tests.Archives;

/// <summary>What is archived and extracted is what was there: random trees with links, modes, odd names, empty and large files.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] Names = ["a", "b.txt", "ü", "日本", "with space", "-dash", "😀", ".hidden", "100%"];

    private static readonly Gen<(string Path, int Kind, int Mode, int Size)> Place = Gen.Select(
        Gen.Int[0, Names.Length - 1].Select(i => Names[i]).Array[1, 4].Select(parts => string.Join('/', parts)),
        Gen.Int[0, 2],
        Gen.Int[0, 511],
        Gen.OneOf(Gen.Const(0), Gen.Int[1, 5000], Gen.Int[1 << 20, 3 << 20]));

    [Theory(Timeout = 120_000)]
    [InlineData(ArchiveFormat.Zip)]
    [InlineData(ArchiveFormat.ZipZstd)]
    [InlineData(ArchiveFormat.TarZstd)]
    public async Task Random_trees_come_back_as_they_were(ArchiveFormat format)
    {
        var token = TestContext.Current.CancellationToken;
        await Place.Array[0, 12].SampleAsync(
            async places =>
            {
                using var source = new TempFolder();
                using var target = new TempFolder();
                Build(source, places);
                await CopyAsync(source, target, format, token);
                Assert.Equal(Describe(source), Describe(target));
            },
            iter: 12);
    }

    [Fact(Timeout = 120_000)]
    public async Task Zips_are_good_for_the_usual_programs()
    {
        var token = TestContext.Current.CancellationToken;
        using var source = new TempFolder();
        using var place = new TempFolder();
        source.File("a.txt", "hello").Folder("empty").Link("link", "a.txt").File("d/日本", "").File("d/x", new string('x', 3_000_000));
        await WriteAsync(source, place["o.zip"], ArchiveFormat.Zip, token);

        foreach (var (program, arguments) in new[]
        {
            ("unzip", (string[])["-t", place["o.zip"]]),
            ("python3", ["-c", "import sys,zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)", place["o.zip"]]),
        })
        {
            // A machine without the program has nothing to ask.
            if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))))
            {
                continue;
            }

            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            await process.StandardOutput.ReadToEndAsync(token);
            await process.WaitForExitAsync(token);
            Assert.Equal(0, process.ExitCode);
        }
    }

    private static void Build(TempFolder folder, (string Path, int Kind, int Mode, int Size)[] places)
    {
        foreach (var (path, kind, mode, size) in places)
        {
            // A place may be taken by an earlier one, or lie below a file or link.
            var taken = Enumerable.Range(1, path.Split('/').Length)
                .Select(n => folder[string.Join('/', path.Split('/').Take(n))])
                .Any(full => File.Exists(full) || new FileInfo(full).LinkTarget is not null);
            if (taken || Directory.Exists(folder[path]))
            {
                continue;
            }

            Make(folder, path, kind, size);
            if (kind != 1 && !OperatingSystem.IsWindows())
            {
                // The owner must be able to read it for the test to say anything.
                File.SetUnixFileMode(folder[path], (UnixFileMode)(mode | (kind == 2 ? 448 : 256)));
            }

            if (kind == 0)
            {
                File.SetLastWriteTimeUtc(folder[path], DateTime.UnixEpoch.AddSeconds(1_600_000_000 + size));
            }
        }
    }

    private static void Make(TempFolder folder, string path, int kind, int size)
    {
        switch (kind)
        {
            case 0:
                var bytes = new byte[size];
                new Random(size).NextBytes(bytes.AsSpan(size / 2));
                folder.File(path, "");
                File.WriteAllBytes(folder[path], bytes);
                break;
            case 1:
                folder.Link(path, "some/target");
                break;
            default:
                folder.Folder(path);
                break;
        }
    }

    private static async Task CopyAsync(TempFolder source, TempFolder target, ArchiveFormat format, CancellationToken token)
    {
        using var place = new TempFolder();
        await WriteAsync(source, place["archive"], format, token);
        var request = new ExtractionRequest { ArchivePath = place["archive"], TargetDirectory = target.Path, Report = _ => { }, Workers = 2 };
        await ArchiveExtractor.ExtractAsync(request, token);
    }

    private static async Task WriteAsync(TempFolder source, string file, ArchiveFormat format, CancellationToken token)
    {
        var files = await FileSelection.SelectAsync(
            new FileSelectionRequest { WorkingDirectory = source.Path, Paths = ["**"], Report = _ => { } }, token);
        await using var output = File.Create(file);
        await ArchiveWriter.WriteAsync(
            new ArchiveRequest { WorkingDirectory = source.Path, Entries = files, Format = format, Workers = 2, Report = _ => { } }, output, token);
    }

    private static List<string> Describe(TempFolder folder) =>
    [
        .. new DirectoryInfo(folder.Path)
            .EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(place => (Path: Path.GetRelativePath(folder.Path, place.FullName), Place: place))
            .OrderBy(found => found.Path, StringComparer.Ordinal)
            .Select(found => $"{found.Path} {Content(found.Place)}"),
    ];

    private static string Content(FileSystemInfo place)
    {
        if (place.LinkTarget is { } target)
        {
            return "-> " + target;
        }

        var mode = OperatingSystem.IsWindows() ? "" : place.UnixFileMode.ToString();
        return place is FileInfo file
            ? $"{mode} {new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds()} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName)))}"
            : mode;
    }
}
