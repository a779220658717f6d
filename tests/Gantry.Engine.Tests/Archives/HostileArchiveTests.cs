using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Gantry.Engine.Archives;
using ZstdSharp;

namespace Gantry.Engine.Tests.Archives;

/// <summary>Archives made to break out: random sequences of bad names, links and types. Nothing outside the target changes, ever.</summary>
public sealed class HostileArchiveTests
{
    private static readonly string[] Names =
    [
        "a", "b", "a/b", "a/b/c", "l", "l/x", "a/l", "a/l/x", "../x", "a/../../x", "/x", "./a", "a//b", "a/.", "..", "l/../x", "a/b/../../../x", "OUT/kept", "\\x", "C:\\x", " ", "a\nb",
    ];

    [Fact(Timeout = 120_000)]
    public Task Nothing_leaves_the_target() => AttackAsync(rounds: 300);

    [Fact(Timeout = 900_000)]
    [Trait("Needs", "Full")]
    public Task Nothing_leaves_the_target_in_many_rounds() => AttackAsync(rounds: 20_000);

    private static async Task AttackAsync(int rounds)
    {
        using var outside = new TempFolder();
        var rootHadIt = File.Exists("/x");
        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(round);
            outside.File("kept", "untouched");
            using var around = new TempFolder();
            around.Folder("target");
            var bytes = random.Next(2) == 0 ? Tar(random, outside.Path) : Zip(random, outside.Path);
            if (random.Next(3) == 0)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            using var store = new TempFolder();
            var archive = store["archive"];
            await File.WriteAllBytesAsync(archive, bytes, TestContext.Current.CancellationToken);
            try
            {
                await ExtractAsync(archive, around["target"], linksMayLeave: random.Next(2) == 0);
            }
            catch (Exception fault) when (fault is ArchiveException or IOException or UnauthorizedAccessException)
            {
                // Refused.
            }

            Assert.True(Directory.EnumerateFileSystemEntries(outside.Path).Count() == 1, $"round {round}: something new outside");
            Assert.True(await File.ReadAllTextAsync(outside["kept"], TestContext.Current.CancellationToken) == "untouched", $"round {round}: a file outside changed");
            Assert.True(Directory.EnumerateFileSystemEntries(around.Path).Count() == 1, $"round {round}: something beside the target");
            Assert.True(rootHadIt || !File.Exists("/x"), $"round {round}: something in the root folder");
        }
    }

    private static Task ExtractAsync(string archive, string target, bool linksMayLeave) => ArchiveExtractor.ExtractAsync(
        new ExtractionRequest
        {
            ArchivePath = archive,
            TargetDirectory = target,
            Report = _ => { },
            LinksMayLeave = linksMayLeave,
            RestoreOwners = true,
            MaxEntries = 100,
            MaxBytes = 100_000,
            Workers = 2,
        },
        TestContext.Current.CancellationToken);

    private static string Name(Random random, string outside) => Names[random.Next(Names.Length)].Replace("OUT", outside, StringComparison.Ordinal);

    private static string Target(Random random, string outside) => random.Next(5) switch
    {
        0 => outside,
        1 => Path.Combine(outside, "kept"),
        2 => "../" + Path.GetFileName(outside),
        3 => "../../../../../../.." + outside,
        _ => Name(random, outside),
    };

    private static byte[] Tar(Random random, string outside)
    {
        var output = new MemoryStream();
        using (var zstd = new CompressionStream(output, leaveOpen: true))
        using (var tar = new TarWriter(zstd))
        {
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var type = random.Next(6) switch
                {
                    0 or 1 => TarEntryType.SymbolicLink,
                    2 => TarEntryType.HardLink,
                    3 => TarEntryType.Directory,
                    _ => TarEntryType.RegularFile,
                };
                var entry = new PaxTarEntry(type, Name(random, outside)) { Mode = (UnixFileMode)random.Next(4096), Uid = random.Next(70000), Gid = random.Next(70000) };
                if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                {
                    entry.LinkName = Target(random, outside);
                }
                else if (type == TarEntryType.RegularFile)
                {
                    entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes("written by the archive"));
                }

                tar.WriteEntry(entry);
            }
        }

        return output.ToArray();
    }

    private static byte[] Zip(Random random, string outside)
    {
        var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var isLink = random.Next(3) == 0;
                var entry = zip.CreateEntry(Name(random, outside) + (random.Next(5) == 0 ? "/" : ""));
                entry.ExternalAttributes = ((isLink ? 0xA000 : 0x8000) | random.Next(4096)) << 16;
                using var stream = entry.Open();
                stream.Write(Encoding.UTF8.GetBytes(isLink ? Target(random, outside) : "written by the archive"));
            }
        }

        return output.ToArray();
    }
}
