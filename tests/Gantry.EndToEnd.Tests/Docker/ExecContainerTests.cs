using System.Globalization;
using Gantry.EndToEnd.Tests.Exec;
using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Docker;

/// <summary><c>gantry exec</c> with the real engine.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class ExecContainerTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_run_knows_from_the_one_before_that_checkouts_need_not_be_copied()
    {
        using var project = await ExecProject.OpenAsync("""
            job:
              parallel: 3
              script: cat .gitlab-ci.yml
            """);
        var label = "label=com.gitlab.gitlab-runner.job.sha=" + (await project.GitAsync("rev-parse", "HEAD")).Trim();

        // Jobs that begin together find it out together.
        Assert.InRange(await CopiesAsync(), 1, 3);
        Assert.Equal(0, await CopiesAsync());

        async Task<int> CopiesAsync()
        {
            var start = Now();
            await project.GantryAsync(0, "exec", "--executor", "docker", "--image", DockerStage.Image, "--jobs", "3");
            var events = await RunningProcess.RunAsync("docker", ["events", "--since", start, "--until", Now(), "--filter", "event=extract-to-dir", "--filter", label]);
            return events.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        }
    }

    private static string Now() => (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000m).ToString("0.000", CultureInfo.InvariantCulture);
}
