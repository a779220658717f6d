using System.Text;
using Gantry.Engine.Archives;

namespace Gantry.Engine.Tests.Archives;

public sealed class FileSelectionTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<ArchiveNotice> _notices = [];

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task Patterns_plain_paths_and_folders_select_what_they_name()
    {
        _folder.File("bin/a.dll").File("bin/sub/b.dll").File("bin/c.txt").File("docs/x.md").File("root.txt").Folder("empty");

        var files = await SelectAsync(["bin/**/*.dll", "docs/", "root.txt", "empty"]);

        Assert.Equal(["bin/a.dll", "bin/sub/b.dll", "docs", "docs/x.md", "empty", "root.txt"], files.Select(f => f.Path));
        Assert.Equal(
            [
                "bin/**/*.dll: found 2 matching artifact files and directories",
                "docs/: found 2 matching artifact files and directories",
                "root.txt: found 1 matching artifact files and directories",
                "empty: found 1 matching artifact files and directories",
            ],
            _notices.Select(n => n.Text));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_reached_by_several_matches_is_counted_each_time()
    {
        _folder.File("foo/a").File("foo/sub/b");

        await SelectAsync(["foo/**", "**"]);

        // foo 1, foo/a 2, foo/sub 2, foo/sub/b 3; for ** everything once more and the directory itself.
        Assert.Equal(
            ["foo/**: found 8 matching artifact files and directories", "**: found 13 matching artifact files and directories"],
            _notices.Select(n => n.Text));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_pattern_ending_in_double_star_does_not_take_a_file_of_that_name()
    {
        _folder.File("foo").File("dir/x");

        var files = await SelectAsync(["foo/**", "*/**"]);

        Assert.Equal(["dir", "dir/x"], files.Select(f => f.Path));
        Assert.StartsWith("foo/**: no matching files.", _notices[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_on_a_drive_takes_paths_of_that_drive_whatever_the_case()
    {
        Assert.Equal(["bin", "out"], FileSelection.FoldersOf("C:/builds/p", ["C:/builds/p/out", "c:/Builds/P/bin/*.dll", "D:/builds/p/x", "/builds/p/y"]));
        Assert.Equal(["C:"], FileSelection.FoldersOf("/builds/p", ["C:/*"]));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_working_directory_itself_is_everything()
    {
        _folder.File("a").File(".git/config");

        var files = await SelectAsync([_folder.Path]);

        Assert.Equal([".", ".git", ".git/config", "a"], files.Select(f => f.Path));
    }

    [Fact(Timeout = 30_000)]
    public async Task Special_characters_in_a_plain_path_can_be_escaped()
    {
        _folder.File("a[1].txt").File("a1.txt").File(@"back\slash");

        Assert.Equal(["a[1].txt"], (await SelectAsync([@"a\[1\].txt"])).Select(f => f.Path));
        Assert.Equal(["a1.txt"], (await SelectAsync(["a[1].txt"])).Select(f => f.Path));
        Assert.Equal([@"back\slash"], (await SelectAsync([@"back\slash"])).Select(f => f.Path));
    }

    [Fact(Timeout = 30_000)]
    public async Task Links_are_listed_and_never_followed()
    {
        using var outside = new TempFolder();
        outside.File("secret/key");
        _folder.File("real/x").Link("real/up", "..").Link("link", outside["secret"]).Link("broken", "nowhere");

        var files = await SelectAsync(["**/*", "link/key", "link/*", "link/**"]);

        Assert.Equal(["broken", "link", "real", "real/up", "real/x"], files.Select(f => f.Path));
        Assert.All(files.Where(f => f.Path is "broken" or "link" or "real/up"), f => Assert.Equal(FileKind.Link, f.Kind));
        Assert.Equal(3, _notices.Count(n => n.Text.Contains("no matching files", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Excluded_files_are_counted_per_pattern_and_excluded_folders_keep_their_content()
    {
        _folder.File("out/a.txt").File("out/a.log").File("out/tmp/b.txt");

        var files = await SelectAsync(["out/"], exclude: ["out/tmp", "**/*.log", "nothing"]);

        Assert.Equal(["out", "out/a.txt", "out/tmp/b.txt"], files.Select(f => f.Path));
        Assert.Equal(
            ["out/: found 3 matching artifact files and directories", "out/tmp: excluded 1 files", "**/*.log: excluded 1 files"],
            _notices.Select(n => n.Text));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_cannot_be_selected_is_a_warning()
    {
        _folder.File("a");

        var files = await SelectAsync(["", "../x", "/etc/*", "b[", "gone"], exclude: ["/outside"]);

        Assert.Empty(files);
        Assert.All(_notices, n => Assert.Equal(NoticeLevel.Warning, n.Level));
        Assert.Equal(
            [
                "No matching files. Path is empty.",
                "processPath: artifact path is not a subpath of project directory: ../x",
                "processPath: artifact path is not a subpath of project directory: /etc/*",
                "b[: syntax error in pattern",
                $"gone: no matching files. Ensure that the artifact path is relative to the working directory ({_folder.Path})",
            ],
            _notices.Select(n => n.Text));
    }

    [Fact(Timeout = 30_000)]
    public async Task Untracked_files_are_added()
    {
        _folder.File("new.txt").File("sub/[x].txt");

        var files = await SelectAsync([], untracked: UntrackedFiles.FromOutput(Encoding.UTF8.GetBytes("new.txt\0sub/[x].txt\0gone\0../y\0")));

        Assert.Equal(["new.txt", "sub/[x].txt"], files.Select(f => f.Path));
        Assert.Equal(["../y: not supported: outside build directory", "untracked: found 2 files"], _notices.Select(n => n.Text));
    }

    [Fact(Timeout = 30_000)]
    public async Task Git_failing_or_finding_nothing_is_a_warning()
    {
        await SelectAsync([], untracked: UntrackedFiles.Failed("exit status 128"));
        await SelectAsync([], untracked: UntrackedFiles.FromOutput([]));

        Assert.Equal(["untracked: exit status 128", "untracked: no files"], _notices.Select(n => n.Text));
    }

    [Fact(Timeout = 30_000)]
    public async Task Entries_carry_mode_size_time_and_owner()
    {
        _folder.File("a", "12345");
        var time = new DateTimeOffset(2024, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(1234567);
        File.SetLastWriteTimeUtc(_folder["a"], time.UtcDateTime);
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        File.SetUnixFileMode(_folder["a"], UnixFileMode.UserRead | UnixFileMode.GroupExecute);

        var file = Assert.Single(await SelectAsync(["a"]));

        Assert.Equal((FileKind.File, 5L, time, Convert.ToInt32("410", 8)), (file.Kind, file.Size, file.ModifiedAt, file.Mode));
        Assert.NotNull(file.Owner);
    }

    [Fact(Timeout = 30_000)]
    public async Task Names_that_are_not_utf8_are_selected()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "names are bytes on Linux");
        using var tree = new Engine.Archives.Trees.LinuxTargetTree(_folder.Path);
        tree.CreateFile("d/caf\uDCE9.txt").Dispose();

        var files = await SelectAsync(["d/caf?.txt"]);

        Assert.Equal(["d/caf\uDCE9.txt"], files.Select(f => f.Path));
    }

    private Task<IReadOnlyList<FileEntry>> SelectAsync(string[] paths, string[]? exclude = null, UntrackedFiles? untracked = null) =>
        FileSelection.SelectAsync(
            new FileSelectionRequest
            {
                WorkingDirectory = _folder.Path,
                Paths = paths,
                Exclude = exclude ?? [],
                Untracked = untracked is null ? null : _ => Task.FromResult(untracked),
                Report = _notices.Add,
            },
            TestContext.Current.CancellationToken);
}
