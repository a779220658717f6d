using System.Text;
using Gantry.Engine.Sources;
using Gantry.Engine.Sources.Mirrors;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Services;

namespace Gantry.Engine.Tests.Sources;

public sealed class HostCredentialsTests
{
    private static readonly GitRemoteRequest Request = new()
    {
        CloneUrl = "",
        RunnerUrl = "https://git.example.com/",
        RepoUrl = "https://gitlab-ci-token:hunter2@git.example.com/group/project.git",
        ProjectPath = "group/project",
        Token = new Secret("hunter2"),
        Server = new GitServer("git.example.com", "", ""),
        ForceHttps = true,
        Authenticated = true,
    };

    [Fact]
    public void The_token_is_in_one_header_for_the_origin_and_in_no_address()
    {
        var settings = HostCredentials.Of(GitRemote.Of(Request)).ToList();
        Assert.DoesNotContain(settings, setting => setting.Key.Contains("hunter2", StringComparison.Ordinal));
        Assert.Equal(
            ("http.https://git.example.com.extraHeader", "Authorization: Basic " + Convert.ToBase64String("gitlab-ci-token:hunter2"u8)),
            Assert.Single(settings, setting => setting.Key.StartsWith("http.", StringComparison.Ordinal)));
        Assert.Equal(
            [("url.https://git.example.com/.insteadOf", "git@git.example.com:"), ("url.https://git.example.com.insteadOf", "ssh://git@git.example.com")],
            settings.Where(setting => setting.Key.StartsWith("url.", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Git_sends_the_token_and_the_general_header_and_shows_the_token_to_nobody()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        List<string> commands = [];
        // While git waits for the answer its programs are there.
        await using var server = await LocalService.StartAsync(_ =>
        {
            commands = [.. Directory.GetDirectories("/proc", "?*").Select(CommandOf).Where(text => text.Contains("p.git", StringComparison.Ordinal))];
            return new ServiceReply(404);
        });
        var remote = GitRemote.Of(Request with { RunnerUrl = server.Url + "/", RepoUrl = $"http://gitlab-ci-token:hunter2@{server.Authority}/p.git" });
        var git = new HostGit(new RecordingJobLog()) { Config = [("http.extraHeader", "X-Other: 1"), .. HostCredentials.Of(remote)] };
        await git.AskAsync(folder.Path, ["ls-remote", remote.Plain], token);

        var request = server.Requests[0];
        Assert.Equal(("Basic " + Convert.ToBase64String("gitlab-ci-token:hunter2"u8), "1"), (request.Header("Authorization"), request.Header("X-Other")));
        Assert.Contains(commands, text => text.Contains("remote-http", StringComparison.Ordinal));
        Assert.DoesNotContain(commands, text => text.Contains("hunter2", StringComparison.Ordinal));
    }

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"), Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return "";
        }
    }
}
