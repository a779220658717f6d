using Gantry.Engine.Sources.Mirrors;
using Gantry.TestKit.Engine;

namespace Gantry.Engine.Tests.Sources;

public sealed class EmptyRepositoryTests
{
    [Theory(Timeout = 30_000)]
    [InlineData("")]
    [InlineData("sha256")]
    public async Task It_is_what_git_init_makes(string format)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        var (own, theirs) = (Directory.CreateDirectory(Path.Combine(folder.Path, "own")).FullName, Directory.CreateDirectory(Path.Combine(folder.Path, "theirs")).FullName);
        var wanted = format.Length > 0 ? "--object-format " + format : "";
        await ShellHost.RunAsync("bash", $"git -c init.defaultBranch=none init --quiet --template= {wanted} .", theirs, token);

        await EmptyRepository.MakeAsync(own, format, token);

        Assert.Equal(await DescribeAsync(theirs, token), await DescribeAsync(own, token));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("md5")]
    [InlineData("sha256\n[core]\n\tfsmonitor = /tmp/evil")]
    public async Task A_hash_that_git_does_not_know_is_refused_before_anything_is_written(string format)
    {
        using var folder = new TempFolder();

        await Assert.ThrowsAsync<GitException>(() => EmptyRepository.MakeAsync(folder.Path, format, TestContext.Current.CancellationToken));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static async Task<string> DescribeAsync(string folder, CancellationToken token)
    {
        List<string> lines = [];
        foreach (var item in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).OrderBy(item => item.FullName, StringComparer.Ordinal))
        {
            lines.Add($"{Path.GetRelativePath(folder, item.FullName)} {item.UnixFileMode} {(item is FileInfo ? await File.ReadAllTextAsync(item.FullName, token) : "")}");
        }

        return string.Join('\n', lines);
    }
}
