using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Gantry.Engine.Archives;
using ZstdSharp;

namespace Gantry.Engine.Tests.Archives;

/// <summary>Written by us, read by the platform.</summary>
public sealed class ArchiveWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<ArchiveNotice> _notices = [];

    public void Dispose() => _folder.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData(ArchiveLevel.Fastest)]
    [InlineData(ArchiveLevel.Fast)]
    [InlineData(ArchiveLevel.Default)]
    [InlineData(ArchiveLevel.Slow)]
    [InlineData(ArchiveLevel.Slowest)]
    public async Task A_zip_holds_files_folders_and_links(ArchiveLevel level)
    {
        var large = Noise(3 * 1024 * 1024 + 17);
        _folder.File("a.txt", "hello hello hello").File("b/empty", "").Folder("c").Link("b/link", "../a.txt").File("ü/日本.txt", "unicode");
        File.WriteAllBytes(_folder["large.bin"], large);

        using var zip = new ZipArchive(new MemoryStream(await WriteAsync(ArchiveFormat.Zip, level)));

        Assert.Equal(["a.txt", "b/", "b/empty", "b/link", "c/", "large.bin", "ü/", "ü/日本.txt"], zip.Entries.Select(e => e.FullName));
        Assert.Equal("hello hello hello", Text(zip, "a.txt"));
        Assert.Equal("", Text(zip, "b/empty"));
        Assert.Equal("../a.txt", Text(zip, "b/link"));
        Assert.Equal("unicode", Text(zip, "ü/日本.txt"));
        using var content = new MemoryStream();
        await zip.GetEntry("large.bin")!.Open().CopyToAsync(content, TestContext.Current.CancellationToken);
        Assert.True(large.AsSpan().SequenceEqual(content.ToArray()));
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0xA, zip.GetEntry("b/link")!.ExternalAttributes >> 28 & 0xF);
            Assert.Equal(0x4, zip.GetEntry("c/")!.ExternalAttributes >> 28 & 0xF);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_same_files_give_the_same_bytes_whatever_the_number_of_workers()
    {
        File.WriteAllBytes(_folder["large.bin"], Noise(5 * 1024 * 1024));
        for (var i = 0; i < 50; i++)
        {
            _folder.File($"d/{i}", new string('x', i * 100));
        }

        foreach (var format in (ArchiveFormat[])[ArchiveFormat.Zip, ArchiveFormat.ZipZstd])
        {
            var one = await WriteAsync(format, workers: 1);
            Assert.Equal(SHA256.HashData(one), SHA256.HashData(await WriteAsync(format, workers: 4)));
            Assert.Equal(SHA256.HashData(one), SHA256.HashData(await WriteAsync(format, workers: 3)));
        }

        var tar = await WriteAsync(ArchiveFormat.TarZstd, workers: 2);
        Assert.Equal(SHA256.HashData(tar), SHA256.HashData(await WriteAsync(ArchiveFormat.TarZstd, workers: 2)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_tar_holds_files_folders_links_and_long_names()
    {
        var longName = string.Join('/', Enumerable.Repeat("folder", 20)) + "/" + new string('n', 120);
        _folder.File("a.txt", "hello").Folder("c").Link("link", new string('t', 150)).File(longName, "long").File("ü.txt", "u");
        var entries = new Dictionary<string, (TarEntry Entry, string Text)>();
        using var stream = new DecompressionStream(new MemoryStream(await WriteAsync(ArchiveFormat.TarZstd)));
        await using var tar = new TarReader(stream);
        while (await tar.GetNextEntryAsync(copyData: true, TestContext.Current.CancellationToken) is { } entry)
        {
            entries[entry.Name] = (entry, entry.DataStream is null ? "" : await new StreamReader(entry.DataStream).ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal("hello", entries["a.txt"].Text);
        Assert.Equal("long", entries[longName].Text);
        Assert.Equal("u", entries["ü.txt"].Text);
        Assert.Equal(TarEntryType.Directory, entries["c/"].Entry.EntryType);
        Assert.Equal(new string('t', 150), entries["link"].Entry.LinkName);
        Assert.Equal(TarEntryType.RegularFile, entries["a.txt"].Entry.EntryType);
    }

    [Fact(Timeout = 60_000)]
    public async Task Gzip_has_a_member_per_file_with_name_and_comment()
    {
        _folder.File("reports/a.xml", "<a/>").File("reports/b.xml", "<b/>");
        var bytes = await WriteAsync(ArchiveFormat.Gzip, paths: ["reports/*.xml"]);
        using var all = new StreamReader(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress));

        Assert.Equal("<a/><b/>", await all.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Contains("a.xml\0reports/a.xml\0", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Gzip_of_a_large_file_is_one_member()
    {
        var large = Noise(2 * 1024 * 1024 + 1);
        File.WriteAllBytes(_folder["large"], large);
        var bytes = await WriteAsync(ArchiveFormat.Gzip, paths: ["large"]);
        using var content = new MemoryStream();
        await new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress).CopyToAsync(content, TestContext.Current.CancellationToken);

        Assert.True(large.AsSpan().SequenceEqual(content.ToArray()));
    }

    [Fact(Timeout = 30_000)]
    public async Task Raw_is_the_bytes_of_one_file_and_of_one_only()
    {
        _folder.File("sast.json", "{}").File("other.json");

        Assert.Equal("{}", Encoding.UTF8.GetString(await WriteAsync(ArchiveFormat.Raw, paths: ["sast.json"])));
        var fault = await Assert.ThrowsAsync<ArchiveException>(() => WriteAsync(ArchiveFormat.Raw, paths: ["*.json"]));
        Assert.Equal("only one file can be sent as raw", fault.Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_that_vanished_is_left_out_with_a_notice()
    {
        _folder.File("a").File("b").Link("l", "a");
        var files = await SelectAsync(["**"]);
        File.Delete(_folder["b"]);
        File.Delete(_folder["l"]);

        using var zip = new ZipArchive(new MemoryStream(await WriteAsync(files, ArchiveFormat.Zip)));

        Assert.Equal(["a"], zip.Entries.Select(e => e.FullName));
        Assert.Equal(2, _notices.Count(n => n.Text.StartsWith("File ignored: lstat", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_that_shrank_or_grew_keeps_the_archive_whole()
    {
        File.WriteAllBytes(_folder["shrank"], Noise(3 * 1024 * 1024));
        _folder.File("grew", "12");
        var files = await SelectAsync(["**"]);
        File.WriteAllText(_folder["shrank"], "short");
        File.WriteAllText(_folder["grew"], "12345");

        using (var zip = new ZipArchive(new MemoryStream(await WriteAsync(files, ArchiveFormat.Zip))))
        {
            Assert.Equal("short", Text(zip, "shrank"));
            Assert.Equal("12", Text(zip, "grew"));
        }

        await using var tar = new TarReader(new DecompressionStream(new MemoryStream(await WriteAsync(files, ArchiveFormat.TarZstd))));
        var first = await tar.GetNextEntryAsync(copyData: true, TestContext.Current.CancellationToken);
        var second = await tar.GetNextEntryAsync(copyData: true, TestContext.Current.CancellationToken);
        Assert.Equal(("grew", 2L, "shrank", 3L * 1024 * 1024), (first!.Name, first.Length, second!.Name, second.Length));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_swapped_for_a_link_is_not_read_through_it()
    {
        using var outside = new TempFolder();
        outside.File("secret");
        _folder.File("d/a").File("e");
        var files = await SelectAsync(["**"]);
        Directory.Delete(_folder["d"], recursive: true);
        _folder.Link("d", outside.Path);
        outside.File("a", "secret");
        File.Delete(_folder["e"]);
        _folder.Link("e", outside["secret"]);

        using var zip = new ZipArchive(new MemoryStream(await WriteAsync(files, ArchiveFormat.Zip)));

        Assert.Equal(["d/"], zip.Entries.Select(e => e.FullName));
    }

    [Fact(Timeout = 30_000)]
    public async Task Part_of_git_is_archived_with_two_warnings()
    {
        _folder.File(".git/config").File("sub/.git/x");

        await WriteAsync(ArchiveFormat.Zip, paths: ["sub"]);
        Assert.DoesNotContain(_notices, n => n.Level == NoticeLevel.Warning);
        await WriteAsync(ArchiveFormat.Zip);
        Assert.Equal(
            ["Part of .git directory is on the list of files to archive", "This may introduce unexpected problems"],
            _notices.Where(n => n.Level == NoticeLevel.Warning).Select(n => n.Text));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_broken_stream_ends_the_work_with_its_own_fault()
    {
        for (var i = 0; i < 200; i++)
        {
            File.WriteAllBytes(_folder[$"{i}"], Noise(100_000 + i));
        }

        var files = await SelectAsync(["**"]);
        foreach (var format in (ArchiveFormat[])[ArchiveFormat.Zip, ArchiveFormat.TarZstd, ArchiveFormat.Gzip])
        {
            var entries = files.Where(f => f.Kind == FileKind.File).ToList();
            var fault = await Assert.ThrowsAsync<IOException>(() => ArchiveWriter.WriteAsync(
                Request(entries, format, ArchiveLevel.Default, 2), new BrokenStream(1_000_000), TestContext.Current.CancellationToken));
            Assert.Equal("broken", fault.Message);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Cancelling_ends_the_work()
    {
        File.WriteAllBytes(_folder["large"], Noise(20 * 1024 * 1024));
        var files = await SelectAsync(["**"]);
        foreach (var format in (ArchiveFormat[])[ArchiveFormat.Zip, ArchiveFormat.TarZstd])
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var stream = new CountingStream(() => stop.Cancel());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                ArchiveWriter.WriteAsync(Request(files, format, ArchiveLevel.Fast, 2), stream, stop.Token));
        }
    }

    private async Task<byte[]> WriteAsync(
        ArchiveFormat format, ArchiveLevel level = ArchiveLevel.Default, string[]? paths = null, int workers = 2) =>
        await WriteAsync(await SelectAsync(paths ?? ["**"]), format, level, workers);

    private async Task<byte[]> WriteAsync(
        IReadOnlyList<FileEntry> files, ArchiveFormat format, ArchiveLevel level = ArchiveLevel.Default, int workers = 2)
    {
        using var output = new MemoryStream();
        await ArchiveWriter.WriteAsync(Request(files, format, level, workers), output, TestContext.Current.CancellationToken);
        return output.ToArray();
    }

    private ArchiveRequest Request(IReadOnlyList<FileEntry> files, ArchiveFormat format, ArchiveLevel level, int workers) => new()
    {
        WorkingDirectory = _folder.Path,
        Entries = files,
        Format = format,
        Level = level,
        Workers = workers,
        Report = _notices.Add,
    };

    private Task<IReadOnlyList<FileEntry>> SelectAsync(string[] paths) => FileSelection.SelectAsync(
        new FileSelectionRequest { WorkingDirectory = _folder.Path, Paths = paths, Report = _ => { } },
        TestContext.Current.CancellationToken);

    private static string Text(ZipArchive zip, string name) => new StreamReader(zip.GetEntry(name)!.Open()).ReadToEnd();

    // Half compressible, so that blocks differ in size.
    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes.AsSpan(length / 2));
        return bytes;
    }

    private sealed class BrokenStream(long room) : MemoryStream
    {
        private long _written;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            (_written += buffer.Length) > room ? throw new IOException("broken") : ValueTask.CompletedTask;
    }

    private sealed class CountingStream(Action onWrite) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            onWrite();
            return ValueTask.CompletedTask;
        }
    }
}
