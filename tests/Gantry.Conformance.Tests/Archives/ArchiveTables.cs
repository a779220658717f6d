using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Gantry.Engine.Archives;
using Gantry.Engine.Archives.Blocks;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Archives;

/// <summary>archives.json, what concerns names and writing. (fastzip-flag is a feature flag: there is one zip writer here.)</summary>
public sealed class ArchiveTables : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("gantry-archive-tables-").FullName;
    private readonly List<ArchiveNotice> _notices = [];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    [Tables("archives", "compression-level", "cache-format", "git-path")]
    public void Words_of_levels_formats_and_git_paths()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var input = one.Input;
            var expected = one.Expected;
            switch (input.Text("kind"))
            {
                case "compression-level":
                    Assert.Equal(expected.GetString(), ArchiveNames.ParseLevel(input.Text("text"), _notices.Add).ToString().ToLowerInvariant());
                    break;
                case "cache-format":
                    Assert.Equal(expected.GetString(), ArchiveNames.ParseCacheFormat(input.Text("CACHE_COMPRESSION_FORMAT")).ToString().ToLowerInvariant());
                    break;
                default:
                    Assert.True(expected.GetProperty("warns").GetBoolean() == ArchiveNames.IsGitPath(input.Text("path")), one.Name);
                    break;
            }
        }

        Assert.Equal([ArchiveNotice.Warning("compression level \"invalid\" is invalid, falling back to default")], _notices);
        Assert.Equal(17, cases.Count);
    }

    [Fact(Timeout = 30_000)]
    [Tables("archives", "gzip-comment")]
    public async Task Gzip_comments_carry_the_path()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var input = one.Input;
            var path = input.Text("path").Replace("{dir}/", "", StringComparison.Ordinal);
            var bytes = await WriteAsync(ArchiveFormat.Gzip, [Touch(path, input.Text("content"))]);
            var expected = one.Expected;
            Assert.Equal(expected.GetProperty("encoded").GetBoolean(), GzipWriter.HeaderText(path).StartsWith("e:", StringComparison.Ordinal));
            Assert.Contains($"\0{GzipWriter.HeaderText(path)}\0", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
            Assert.Equal(path, Uri.UnescapeDataString(GzipWriter.HeaderText(path).Replace("e:", "", StringComparison.Ordinal)));
            Assert.Equal(expected.Text("content"), Unzipped(bytes));
        }

        Assert.Equal(3, cases.Count);
    }

    [Fact(Timeout = 30_000)]
    [Tables("archives", "gzip")]
    public async Task Gzip_has_a_member_per_file()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var input = one.Input;
            Directory.CreateDirectory(Path.Combine(_root, "folder"));
            FileEntry[] entries =
            [
                .. input.Texts("files").Select(file => file switch
                {
                    "(directory)" => new FileEntry { Path = "folder", Kind = FileKind.Folder },
                    "file" => Touch("file", input.Text("content")),
                    _ => new FileEntry { Path = file, Kind = FileKind.File, Size = 5 },
                }),
            ];
            var expected = one.Expected;
            if (expected.TryGetProperty("error", out var error))
            {
                var fault = await Assert.ThrowsAsync<ArchiveException>(() => WriteAsync(ArchiveFormat.Gzip, entries));
                Assert.Contains(error.GetString()!, fault.Message, StringComparison.Ordinal);
                continue;
            }

            var bytes = await WriteAsync(ArchiveFormat.Gzip, entries);
            Assert.Equal(string.Concat(expected.Texts("members")), bytes.Length == 0 ? "" : Unzipped(bytes));
            Assert.Equal(expected.Texts("members").Count, Encoding.Latin1.GetString(bytes).Split("file\0file\0").Length - 1);
        }

        Assert.Equal(4, cases.Count);
    }

    [Fact(Timeout = 30_000)]
    [Tables("archives", "zip")]
    public async Task Zips_hold_what_can_be_held()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            _notices.Clear();
            var entries = one.Input.GetProperty("entries").EnumerateArray().Select(Make).ToArray();
            var expected = one.Expected;
            using var zip = new ZipArchive(new MemoryStream(await WriteAsync(ArchiveFormat.Zip, entries)));

            Assert.Equal(expected.Texts("names").Order(StringComparer.Ordinal), zip.Entries.Select(entry => entry.FullName));
            Assert.All(zip.Entries.Where(entry => (entry.ExternalAttributes >> 28 & 0xF) == 8), entry =>
                Assert.Equal(Octal(expected.Text("file_mode_unix")), entry.ExternalAttributes >> 16 & 0xFFF));
            if (expected.TryGetProperty("warning_contains", out var warning))
            {
                Assert.Contains(_notices, notice => notice.Text.Contains(warning.GetString()!, StringComparison.Ordinal));
            }
        }

        Assert.Equal(2, cases.Count);
    }

    [Fact(Timeout = 30_000)]
    [Tables("archives", "zstd")]
    public async Task Zipzstd_is_a_zip_with_method_93()
    {
        var one = Assert.Single(CaseFile.OfThisTest());
        var format = ArchiveNames.ParseCacheFormat(one.Input.Text("CACHE_COMPRESSION_FORMAT"));
        var bytes = await WriteAsync(format, [Touch("file", "some content")]);

        Assert.StartsWith(one.Expected.Text("starts_with_hex"), Convert.ToHexStringLower(bytes), StringComparison.Ordinal);
        Assert.Equal(one.Expected.GetProperty("method_of_file_entries").GetInt32(), BitConverter.ToUInt16(bytes, 8));
    }

    [Fact(Timeout = 30_000)]
    [Tables("archives", "unzip")]
    public async Task Zips_come_back_as_files()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            _notices.Clear();
            var entries = one.Input.GetProperty("entries").EnumerateArray().Select(Make).ToArray();
            using var archive = new TempFile(await WriteAsync(ArchiveFormat.Zip, entries));
            var target = Directory.CreateDirectory(Path.Combine(_root, one.Name.Replace('/', '-'))).FullName;
            await ArchiveExtractor.ExtractAsync(
                new ExtractionRequest { ArchivePath = archive.Path, TargetDirectory = target, Report = _notices.Add },
                TestContext.Current.CancellationToken);
            Compare(one.Expected, target);
        }

        Assert.Equal(3, cases.Count);
    }

    private void Compare(JsonElement expected, string target)
    {
        if (expected.TryGetProperty("sizes", out var sizes))
        {
            Assert.All(sizes.EnumerateObject(), size => Assert.Equal(size.Value.GetInt64(), new FileInfo(Path.Combine(target, size.Name)).Length));
        }

        if (expected.TryGetProperty("warning_contains", out var warning))
        {
            Assert.Contains(_notices, notice => notice.Text.Contains(warning.GetString()!, StringComparison.Ordinal));
        }

        if (expected.TryGetProperty("modes", out var modes) && !OperatingSystem.IsWindows())
        {
            foreach (var mode in modes.EnumerateObject())
            {
                Assert.Equal((UnixFileMode)Octal(mode.Value.GetString()!), File.GetUnixFileMode(Path.Combine(target, mode.Name)));
            }
        }
    }

    private FileEntry Make(JsonElement entry)
    {
        var path = entry.Text("name");
        var mode = entry.TryGetProperty("mode", out var bits) ? Octal(bits.GetString()!) : 0;
        switch (entry.Text("type"))
        {
            case "file":
                return Touch(path, entry.Text("content")) with { Mode = mode };
            case "symlink":
                File.CreateSymbolicLink(Path.Combine(_root, path), entry.Text("target"));
                return new FileEntry { Path = path, Kind = FileKind.Link, Mode = 0x1FF };
            case "directory":
                return new FileEntry { Path = path, Kind = FileKind.Folder, Mode = mode };
            case "named-pipe":
                return new FileEntry { Path = path, Kind = FileKind.Other };
            default:
                return new FileEntry { Path = path, Kind = FileKind.File, Size = 1 };
        }
    }

    private FileEntry Touch(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, path))!);
        File.WriteAllText(Path.Combine(_root, path), content);
        return new FileEntry { Path = path, Kind = FileKind.File, Size = Encoding.UTF8.GetByteCount(content), Mode = 0x1A4 };
    }

    private async Task<byte[]> WriteAsync(ArchiveFormat format, FileEntry[] entries)
    {
        using var output = new MemoryStream();
        var request = new ArchiveRequest { WorkingDirectory = _root, Entries = entries, Format = format, Report = _notices.Add };
        await ArchiveWriter.WriteAsync(request, output, TestContext.Current.CancellationToken);
        return output.ToArray();
    }

    private static string Unzipped(byte[] bytes) =>
        new StreamReader(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress)).ReadToEnd();

    private static int Octal(string digits) => Convert.ToInt32(digits, 8);

    private sealed class TempFile : IDisposable
    {
        public TempFile(byte[] content) => File.WriteAllBytes(Path, content);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
