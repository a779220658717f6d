using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Docker;

/// <summary>A runner that is itself in a container: it has the engine's socket and nothing else of the machine.</summary>
[Trait("Needs", "DockerEngine")]
[Trait("Needs", "Full")]
public sealed class ContainedRunnerTests
{
    private const int Minutes = 60_000;
    private const string Image = "gantry-test/pipeline:bookworm";

    private const string Start = """
        gantry register --non-interactive --config /etc/gantry.toml --url "$SERVER" --name contained --executor docker --docker-image "$IMAGE" --docker-pull-policy never &&
        exec gantry run --config /etc/gantry.toml --working-directory /tmp --state-dir /state
        """;

    [Fact(Timeout = 4 * Minutes)]
    public async Task Sources_artifacts_and_caches_pass_between_jobs_of_a_runner_with_only_the_engines_socket()
    {
        using var scratch = new ScratchFolder();
        await using var server = await GantryServer.StartAsync(scratch);
        var project = await server.CreateProjectAsync("contained");
        var name = $"gantry-test-{Guid.NewGuid():n}";
        await RunningProcess.RunAsync(
            "docker",
            ["create", "--name", name, "--network", "host", "--volume", "/var/run/docker.sock:/var/run/docker.sock",
                "--env", "CI_SERVER_TOKEN", "--env", $"SERVER={server.Address}", "--env", $"IMAGE={DockerStage.Image}", Image, "sh", "-c", Start],
            new Dictionary<string, string> { ["CI_SERVER_TOKEN"] = await server.CreateRunnerAsync(("description", name), ("run_untagged", "true")) });
        try
        {
            await RunningProcess.RunAsync("docker", ["cp", GantryBinary.Path, name + ":/usr/bin/gantry"]);
            await RunningProcess.RunAsync("docker", ["start", name]);
            var pipeline = await server.PipelineAsync(project, await server.PushAsync(project, [
                ("kept.txt", "from the repository\n"),
                (".gitlab-ci.yml", """
                    stages: [build, test]
                    default: { cache: { key: tools, paths: [tools] } }
                    make: { stage: build, script: [cat kept.txt, mkdir out tools, echo made > out/file, echo cached > tools/one], artifacts: { paths: [out] } }
                    take: { stage: test, script: [cat kept.txt out/file tools/one] }
                    """),
            ]));
            var jobs = await server.JobsAsync(project, pipeline);
            var logs = string.Concat(await Task.WhenAll(jobs.Select(job => server.TraceAsync(project, job))));
            Assert.True(pipeline.GetProperty("status").GetString() == "success", logs);
            Assert.Contains("from the repository\n", logs, StringComparison.Ordinal);
            Assert.Contains("made\n", logs, StringComparison.Ordinal);
            Assert.Contains("cached\n", logs, StringComparison.Ordinal);

            var mine = "label=io.gantry.owner=" + (await RunningProcess.RunAsync("docker", ["exec", name, "cat", "/state/mark"])).Trim();
            Assert.Equal("", (await RunningProcess.RunAsync("docker", ["ps", "--all", "--quiet", "--filter", mine])).Trim());
            var volumes = (await RunningProcess.RunAsync("docker", ["volume", "ls", "--quiet", "--filter", mine])).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            await RunningProcess.RunAsync("docker", ["volume", "rm", .. volumes]);
            Assert.All(volumes, volume => Assert.StartsWith("runner-", volume, StringComparison.Ordinal));
            Assert.Single(volumes);
        }
        finally
        {
            await RunningProcess.RunAsync("docker", ["rm", "--force", "--volumes", name]);
        }
    }
}
