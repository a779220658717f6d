using Gantry.Engine.Archives;
using Gantry.Engine.Archives.Trees;

namespace Gantry.Engine.Tests.Archives;

/// <summary>Both ways to reach files, on the same promises.</summary>
public sealed class TreeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TempFolder _outside = new();

    public void Dispose()
    {
        _folder.Dispose();
        _outside.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sources_are_found_listed_and_read_without_links(bool portable)
    {
        _outside.File("secret");
        _folder.File("d/a", "content").Link("d/l", "a").Link("out", _outside.Path).Link("broken", "nowhere");
        using ISourceTree tree = portable ? new PortableSourceTree(_folder.Path) : FileTree.Read(_folder.Path);

        Assert.Equal(["d/a", "d/l"], tree.List("d").Select(e => e.Path).Order(StringComparer.Ordinal));
        Assert.Equal(["broken", "d", "out"], tree.List(".").Select(e => e.Path).Order(StringComparer.Ordinal));
        Assert.Equal((FileKind.File, 7L), (tree.Find("d/a")!.Kind, tree.Find("d/a")!.Size));
        Assert.Equal(FileKind.Link, tree.Find("broken")!.Kind);
        Assert.Equal("a", tree.ReadLink("d/l"));
        Assert.Null(tree.Find("out/secret"));
        Assert.Null(tree.Find("gone"));
        Assert.Empty(tree.List("out"));
        Assert.Empty(tree.List("d/a"));
        Assert.Throws<FileNotFoundException>(() => tree.OpenRead("out/secret"));
        Assert.Throws<FileNotFoundException>(() => tree.OpenRead("d/l"));
        Assert.Throws<FileNotFoundException>(() => tree.OpenRead("d"));
        Assert.Throws<FileNotFoundException>(() => tree.ReadLink("d/a"));
        using var file = tree.OpenRead("d/a");
        Assert.Equal(7, RandomAccess.GetLength(file));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Targets_are_written_without_links(bool portable)
    {
        _outside.File("victim", "untouched");
        _folder.Link("out", _outside.Path).Link("file", _outside["victim"]).File("plain").File("full/x").Folder("empty");
        using ITargetTree tree = portable ? new PortableTargetTree(_folder.Path) : FileTree.Write(_folder.Path);

        Assert.Throws<ArchiveException>(() => tree.CreateFile("out/victim"));
        Assert.Throws<ArchiveException>(() => tree.CreateFolder("out/new"));
        Assert.Throws<ArchiveException>(() => tree.CreateFolder("out"));
        Assert.Throws<ArchiveException>(() => tree.CreateLink("out/l", "x"));
        Assert.Throws<ArchiveException>(() => tree.CreateHardLink("h", "file"));
        Assert.Throws<ArchiveException>(() => tree.CreateFile("plain/below"));
        Assert.Throws<ArchiveException>(() => tree.CreateFile("full"));
        tree.CreateFile("file").Dispose();
        tree.CreateFile("empty").Dispose();
        tree.CreateLink("new/deep/l", "target");
        tree.CreateHardLink("again", "plain");

        Assert.Equal(["victim"], Directory.EnumerateFileSystemEntries(_outside.Path).Select(Path.GetFileName));
        Assert.Equal("untouched", File.ReadAllText(_outside["victim"]));
        Assert.Equal("target", new FileInfo(_folder["new/deep/l"]).LinkTarget);
        Assert.Equal("x", File.ReadAllText(_folder["again"]));
        Assert.Null(new FileInfo(_folder["file"]).LinkTarget);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Attributes_are_set_on_files_and_folders(bool portable)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var time = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);
        using ITargetTree tree = portable ? new PortableTargetTree(_folder.Path) : FileTree.Write(_folder.Path);
        tree.CreateFolder("d");
        using (var file = tree.CreateFile("d/a"))
        {
            tree.Finish(file, new FileEntry { Path = "d/a", Kind = FileKind.File, Mode = 0x140, ModifiedAt = time }, owner: false);
        }

        tree.Finish(new FileEntry { Path = "d", Kind = FileKind.Folder, Mode = 0x1C0, ModifiedAt = time }, owner: false);

        Assert.Equal((0x140, time.UtcDateTime), ((int)File.GetUnixFileMode(_folder["d/a"]), File.GetLastWriteTimeUtc(_folder["d/a"])));
        Assert.Equal((0x1C0, time.UtcDateTime), ((int)File.GetUnixFileMode(_folder["d"]), Directory.GetLastWriteTimeUtc(_folder["d"])));
    }

    [Fact]
    public void A_kernel_without_openat2_does_not_follow_links_either()
    {
        if (!LinuxSystem.IsSupported)
        {
            return;
        }

        _outside.File("secret");
        _folder.File("d/e/a").Link("d/out", _outside.Path).Link("d/l", "e/a");
        using var root = LinuxSystem.OpenRoot(_folder.Path);

        Assert.False(Opens(root, "d/out/secret"));
        Assert.False(Opens(root, "d/l"));
        Assert.True(Opens(root, "d/e/a"));
        Assert.True(Opens(root, "."));
    }

    private static bool Opens(Microsoft.Win32.SafeHandles.SafeFileHandle root, string path)
    {
        using var file = LinuxSystem.TryOpenStepwise(root, path, LinuxSystem.ReadOnly, 0, out _);
        return !file.IsInvalid;
    }
}
