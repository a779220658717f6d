using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Gantry.Engine.Archives;
using ZstdSharp;

namespace Gantry.Engine.Tests.Archives;

/// <summary>Archives from elsewhere, hostile ones among them.</summary>
public sealed class ArchiveExtractorTests : IDisposable
{
    private readonly TempFolder _target = new();
    private readonly TempFolder _outside = new();
    private readonly List<ArchiveNotice> _notices = [];

    public void Dispose()
    {
        _target.Dispose();
        _outside.Dispose();
    }

    [Theory(Timeout = 30_000)]
    [InlineData("/etc/x")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/..")]
    [InlineData("")]
    public async Task Names_outside_the_target_are_refused_before_anything_is_written(string name)
    {
        await RefusedAsync(Zip(("good", "x"), (name, "x")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_target.Path));
        if (name.Length > 0)
        {
            await RefusedAsync(Tar(File(name, "x")));
        }
    }

    [Theory(Timeout = 30_000)]
    [InlineData("l", "/etc")]
    [InlineData("l", "..")]
    [InlineData("a/l", "../..")]
    [InlineData("a/l", "b/../../../x")]
    [InlineData("l", "b/../x")]
    [InlineData("a/l", "b/../x")]
    public async Task Links_out_of_the_target_are_refused_unless_allowed(string path, string target)
    {
        await RefusedAsync(Tar(Link(path, target)));
        await ExtractAsync(Tar(Link(path, target)), linksMayLeave: true);

        Assert.Equal(target, new FileInfo(_target[path]).LinkTarget);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("l", "a")]
    [InlineData("l", "./a/b")]
    [InlineData("a/b/l", "../../c")]
    [InlineData("a/l", "..")]
    [InlineData("l", "nowhere")]
    public async Task Links_that_stay_inside_are_kept(string path, string target)
    {
        await ExtractAsync(Tar(Link(path, target)));

        Assert.Equal(target, new FileInfo(_target[path]).LinkTarget);
    }

    [Fact(Timeout = 30_000)]
    public async Task Entries_below_a_link_of_the_archive_are_refused()
    {
        await RefusedAsync(Tar(Link("l", "/tmp"), File("l/x", "x")), linksMayLeave: true);
        await RefusedAsync(Tar(File("m/x", "x"), Link("m", "/tmp")), linksMayLeave: true);
        await RefusedAsync(Tar(Link("n", "a"), File("n/x", "x")));

        Assert.False(System.IO.File.Exists(_target["n/x"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task Nothing_is_written_through_links_that_are_there_already()
    {
        _target.Link("folder", _outside.Path).Link("file", _outside["victim"]);
        _outside.File("victim", "untouched");

        await RefusedAsync(Zip(("folder/x", "evil")));
        await RefusedAsync(Zip(("folder/", "")));
        await ExtractAsync(Zip(("file", "mine")));

        Assert.Equal(["victim"], Directory.EnumerateFileSystemEntries(_outside.Path).Select(Path.GetFileName));
        Assert.Equal("untouched", System.IO.File.ReadAllText(_outside["victim"]));
        Assert.Null(new FileInfo(_target["file"]).LinkTarget);
        Assert.Equal("mine", System.IO.File.ReadAllText(_target["file"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_hard_link_shares_a_file_of_the_archive_and_no_other()
    {
        _outside.File("secret");
        _target.Link("planted", _outside["secret"]);

        await ExtractAsync(Tar(File("a", "content"), HardLink("d/b", "a")));
        await RefusedAsync(Tar(HardLink("c", "planted")));
        await RefusedAsync(Tar(HardLink("c", "../x")));

        Assert.Equal("content", System.IO.File.ReadAllText(_target["d/b"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task Files_in_the_way_are_overwritten_and_folders_are_not()
    {
        _target.File("a", "a much longer old content").File("d/keep").Folder("empty");

        await ExtractAsync(Zip(("a", "new"), ("empty", "file")));
        await RefusedAsync(Zip(("d", "file")));

        Assert.Equal("new", System.IO.File.ReadAllText(_target["a"]));
        Assert.Equal("file", System.IO.File.ReadAllText(_target["empty"]));
        Assert.True(System.IO.File.Exists(_target["d/keep"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task Limits_on_entries_and_bytes_hold()
    {
        await RefusedAsync(Zip(("a", "1"), ("b", "2"), ("c", "3")), maxEntries: 2);
        await RefusedAsync(Zip(("a", new string('x', 600)), ("b", new string('x', 600))), maxBytes: 1000);
        await RefusedAsync(Tar(File("a", "1"), File("b", "2")), maxEntries: 1);
        await RefusedAsync(Tar(File("a", new string('x', 600)), File("b", new string('x', 600))), maxBytes: 1000);
        await ExtractAsync(Zip(("a", new string('x', 500)), ("b", new string('x', 500))), maxEntries: 2, maxBytes: 1000);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_zip_that_lies_about_its_sizes_is_refused()
    {
        await RefusedAsync(Lying(await ZstdZipAsync("a", new string('x', 5000)), 10));
        await RefusedAsync(Lying(await ZstdZipAsync("a", new string('x', 5000)), 6000));
        var bytes = Zip(("a", new string('x', 5000)));
        await RefusedAsync(Lying(bytes, 10), maxBytes: 1000);
        await RefusedAsync(Lying(bytes, 6000));

        static byte[] Lying(byte[] zip, uint size)
        {
            BitConverter.TryWriteBytes(zip.AsSpan(zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 24), size);
            return zip;
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Damage_is_an_archive_fault_and_never_another()
    {
        var random = new Random(7);
        foreach (var whole in (byte[][])[Zip(("a/b", "hello hello hello"), ("c", "x")), Tar(File("a/b", "hello"), Link("c", "a")), await ZstdZipAsync("a", "hello hello hello")])
        {
            for (var i = 0; i < 300; i++)
            {
                var bytes = (byte[])whole.Clone();
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                bytes = i % 3 == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
                using var target = new TempFolder();
                try
                {
                    await ExtractAsync(bytes, target.Path, maxBytes: 10_000);
                }
                catch (Exception fault) when (fault is ArchiveException or IOException)
                {
                    // Refused. A name changed by the damage may also be one the system does not take.
                }
            }
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_time_beyond_all_calendars_is_damage()
    {
        // A record of our own is turned into one the writer would not write, of the same length.
        var entry = new PaxTarEntry(TarEntryType.RegularFile, "b", [KeyValuePair.Create("comment", new string('x', 24))]);
        var tar = Encoding.Latin1.GetString(Unpacked(Tar(entry)));
        var changed = tar.Replace("comment=" + new string('x', 24), "mtime=" + new string('9', 26), StringComparison.Ordinal);

        Assert.NotEqual(tar, changed);
        await RefusedAsync(Packed(Encoding.Latin1.GetBytes(changed)));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_no_archive_is_refused_with_a_reason()
    {
        var zip = Zip(("a", "some content"));
        zip[zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 16] ^= 1;

        Assert.Equal("a: the checksum does not match the content", (await RefusedAsync(zip)).Message);
        Assert.Equal("not a valid zip file", (await RefusedAsync([])).Message);
        Assert.Equal("not a valid zip file", (await RefusedAsync("plain text"u8.ToArray())).Message);
        Assert.Equal("a gzip archive cannot be extracted", (await RefusedAsync([0x1F, 0x8B, 8, 0])).Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task Part_of_git_is_extracted_with_two_warnings()
    {
        await ExtractAsync(Zip((".git/config", "x")));

        Assert.Equal(
            ["Part of .git directory is on the list of files to extract", "This may introduce unexpected problems"],
            _notices.Select(n => n.Text));
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_many_entries_with_one_path_the_last_counts_and_hard_links_share_what_was_there_before_them()
    {
        var entries = Enumerable.Range(0, 200).SelectMany(i => (TarEntry[])[File("same", $"{i}"), File($"first{i}", $"{i}"), HardLink($"second{i}", $"first{i}")]);
        await ExtractAsync(Tar([.. entries]));

        Assert.Equal("199", System.IO.File.ReadAllText(_target["same"]));
        Assert.All(Enumerable.Range(0, 200), i => Assert.Equal($"{i}", System.IO.File.ReadAllText(_target[$"second{i}"])));
    }

    [Fact(Timeout = 30_000)]
    public async Task Set_id_bits_are_not_restored()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var entry = File("tool", "x");
        entry.Mode = (UnixFileMode)Convert.ToInt32("6755", 8);
        await ExtractAsync(Tar(entry));

        Assert.Equal((UnixFileMode)Convert.ToInt32("755", 8), System.IO.File.GetUnixFileMode(_target["tool"]));
    }

    private async Task<ArchiveException> RefusedAsync(
        byte[] archive, bool linksMayLeave = false, long? maxEntries = null, long? maxBytes = null) =>
        await Assert.ThrowsAsync<ArchiveException>(() => ExtractAsync(archive, linksMayLeave, maxEntries, maxBytes));

    private Task ExtractAsync(byte[] archive, bool linksMayLeave = false, long? maxEntries = null, long? maxBytes = null) =>
        ExtractAsync(archive, _target.Path, linksMayLeave, maxEntries, maxBytes);

    private async Task ExtractAsync(
        byte[] archive, string target, bool linksMayLeave = false, long? maxEntries = null, long? maxBytes = null)
    {
        using var folder = new TempFolder();
        System.IO.File.WriteAllBytes(folder["archive"], archive);
        await ArchiveExtractor.ExtractAsync(
            new ExtractionRequest
            {
                ArchivePath = folder["archive"],
                TargetDirectory = target,
                Report = _notices.Add,
                LinksMayLeave = linksMayLeave,
                MaxEntries = maxEntries,
                MaxBytes = maxBytes,
                Workers = 2,
            },
            TestContext.Current.CancellationToken);
    }

    private static byte[] Zip(params (string Name, string Content)[] entries)
    {
        var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var stream = zip.CreateEntry(name.Length == 0 ? "\0" : name).Open();
                stream.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return output.ToArray();
    }

    private static async Task<byte[]> ZstdZipAsync(string name, string content)
    {
        using var folder = new TempFolder();
        folder.File(name, content);
        var entries = await FileSelection.SelectAsync(
            new FileSelectionRequest { WorkingDirectory = folder.Path, Paths = [name], Report = _ => { } }, TestContext.Current.CancellationToken);
        var output = new MemoryStream();
        await ArchiveWriter.WriteAsync(
            new ArchiveRequest { WorkingDirectory = folder.Path, Entries = entries, Format = ArchiveFormat.ZipZstd, Report = _ => { } }, output, TestContext.Current.CancellationToken);
        return output.ToArray();
    }

    private static byte[] Tar(params TarEntry[] entries)
    {
        var output = new MemoryStream();
        using (var zstd = new CompressionStream(output, leaveOpen: true))
        using (var tar = new TarWriter(zstd))
        {
            Array.ForEach(entries, tar.WriteEntry);
        }

        return output.ToArray();
    }

    private static byte[] Packed(byte[] tar)
    {
        var output = new MemoryStream();
        using (var zstd = new CompressionStream(output, leaveOpen: true))
        {
            zstd.Write(tar);
        }

        return output.ToArray();
    }

    private static byte[] Unpacked(byte[] archive)
    {
        var output = new MemoryStream();
        new DecompressionStream(new MemoryStream(archive)).CopyTo(output);
        return output.ToArray();
    }

    private static PaxTarEntry File(string name, string content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };

    private static PaxTarEntry HardLink(string name, string target) => new(TarEntryType.HardLink, name) { LinkName = target };
}
