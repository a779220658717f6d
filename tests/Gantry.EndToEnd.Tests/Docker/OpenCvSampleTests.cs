using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Docker;

/// <summary>
/// samples/opencv as its README tells it: an image of this machine as default image, the failure that names the cure, the cure, the
/// green pipeline. The image is made by <c>eng/prepare/opencv</c> in <c>./test --full</c>.
/// </summary>
[Trait("Needs", "DockerEngine")]
[Trait("Needs", "Full")]
public sealed class OpenCvSampleTests
{
    private const int Minutes = 60_000;

    [Fact(Timeout = 6 * Minutes)]
    public async Task A_home_made_image_fails_with_the_line_that_helps_and_works_once_it_is_written()
    {
        var sample = Sample();
        await RunningProcess.RunAsync("docker", ["image", "inspect", "--format", "found", "ubuntu-opencv:latest"]);
        using var scratch = new ScratchFolder();
        await using var server = await GantryServer.StartAsync(scratch);
        var project = await server.CreateProjectAsync("opencv");
        await using var runner = await GantryRunner.StartAsync(scratch, server, "opencv", ["--executor", "docker", "--builds-dir", "/builds", "--docker-image", "ubuntu-opencv:latest"]);
        (string, string)[] files = [.. new[] { ".gitlab-ci.yml", "src/py/test.py", "src/py/cv.py" }.Select(name => (name, File.ReadAllText(Path.Combine(sample, name))))];

        var pipeline = await server.PipelineAsync(project, await server.PushAsync(project, files));
        Assert.Equal("failed", pipeline.GetProperty("status").GetString());
        var log = await server.TraceAsync(project, (await server.JobsAsync(project, pipeline))[0]);
        Assert.Contains("failed to pull image \"ubuntu-opencv:latest\" with specified policies [always]", log, StringComparison.Ordinal);
        Assert.Contains("The image \"ubuntu-opencv:latest\" exists on this engine", log, StringComparison.Ordinal);
        Assert.Contains("    pull_policy = [\"if-not-present\"]", log, StringComparison.Ordinal);

        var config = Path.Combine(runner.Folder, "config.toml");
        var text = await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken);
        int Loads() => runner.Process.Output.Split("Configuration loaded").Length;
        var before = Loads();
        await File.WriteAllTextAsync(config, text.Replace("[runners.docker]", "[runners.docker]\n    pull_policy = \"never\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await Eventually.IsAsync(() => Task.FromResult(Loads() > before), "the file to be read anew");

        pipeline = await server.PipelineAsync(project, await server.PushAsync(project, files));
        var jobs = await server.JobsAsync(project, pipeline);
        var logs = string.Concat(await Task.WhenAll(jobs.Select(job => server.TraceAsync(project, job))));
        Assert.True(pipeline.GetProperty("status").GetString() == "success", logs + runner.Process.Output);
        Assert.Contains("says that all is well", logs, StringComparison.Ordinal);
        Assert.Contains("found 2 shapes", logs, StringComparison.Ordinal);
        Assert.Contains("201 Created", logs, StringComparison.Ordinal);
    }

    private static string Sample()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Gantry.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "samples", "opencv");
    }
}
