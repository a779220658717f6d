using Gantry.Engine.Processes;
using Gantry.Engine.Running;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.TestKit.Engine;

namespace Gantry.Executors.Tests.Docker;

/// <summary>Podman's docker-compatible socket, with storage of its own. Part of <c>./test --full</c>.</summary>
public sealed class PodmanSocket : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ChildProcess? _service;

    public string Host => $"unix://{_folder.Path}/podman.sock";

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        string[] storage = ["--root", _folder.Path + "/storage", "--runroot", _folder.Path + "/run"];
        var load = await ChildProcess.RunAsync(new ProcessStart
        {
            FileName = "sh",
            Arguments = ["-c", $"docker save {LiveEngine.Busybox} | podman {string.Join(' ', storage)} load"],
        }, 1 << 16, token);
        Assert.True(load.Exit.IsSuccess, load.Error);
        _service = ChildProcess.Start(new ProcessStart { FileName = "podman", Arguments = [.. storage, "system", "service", "--time=0", Host] });
        while (!File.Exists(_folder.Path + "/podman.sock"))
        {
            Assert.False(_service.Exited.IsCompleted, "podman ended");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
            // What is mounted below goes before the folder does.
            await ChildProcess.RunAsync(new ProcessStart
            {
                FileName = "sh",
                Arguments = ["-c", $"grep -o '{_folder.Path}[^ ]*' /proc/mounts | sort -r | xargs -r -n 1 umount -l"],
            }, 1 << 16, CancellationToken.None);
        }

        _folder.Dispose();
    }
}

[Trait("Needs", "DockerEngine")]
[Trait("Needs", "Full")]
public sealed class PodmanTests(PodmanSocket podman) : IClassFixture<PodmanSocket>
{
    [Fact(Timeout = 120_000)]
    public async Task A_whole_job_with_sources_runs_on_podman_and_leaves_nothing()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = new DockerBench().Image("localhost/" + LiveEngine.Busybox);
        // Podman's own defaults may exceed what the machine allows.
        bench.Settings = bench.Settings with { Host = podman.Host, NetworkMode = "host", Ulimit = new Dictionary<string, string> { ["nofile"] = "1024:1024", ["nproc"] = "1000:1000" } };
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token, ("README", "read me\n"));
        var verdict = await bench.Sources(repository).Script("cat README", "echo done").RunJobAsync(token);
        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Contains("read me", bench.Link.Trace, StringComparison.Ordinal);
        using var engine = new EngineClient(new EngineDialer(EngineEndpoint.Parse(podman.Host, null), TimeProvider.System), null);
        Assert.Equal("1.41", (await engine.VersionAsync(token)).ToString());
        Assert.Empty(await engine.Containers.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token));
    }
}
