using Gantry.Engine.Sources.Mirrors;
using Gantry.TestKit.Engine;

namespace Gantry.Engine.Tests.Sources;

/// <summary>What git in the runner's own process may use of the runner's user.</summary>
public sealed class HostGitTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ssh_shows_keys_of_the_runners_user_only_where_job_and_runner_are_the_same_person(bool lends)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        var git = new HostGit(new RecordingJobLog()) { LendsKeys = lends };
        var command = await git.AskAsync(folder.Path, ["-c", "alias.say=!printf '%s' \"${GIT_SSH_COMMAND-none}\"", "say"], token);
        if (lends)
        {
            Assert.Equal("none", command);
            return;
        }

        Assert.Contains("-F /dev/null", command, StringComparison.Ordinal);
        // Ssh itself says what it would use.
        var used = await git.AskAsync(folder.Path, ["-c", "alias.say=!$GIT_SSH_COMMAND -G stranger.example.com", "say"], token);
        var lines = used!.Split('\n');
        Assert.Equal(["identityfile /dev/null"], lines.Where(line => line.StartsWith("identityfile ", StringComparison.Ordinal)));
        Assert.Contains("identityagent none", lines);
        Assert.Contains("batchmode yes", lines);
    }
}
