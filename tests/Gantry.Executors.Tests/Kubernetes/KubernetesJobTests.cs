using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Executors.Tests.Docker;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Kubernetes;

/// <summary>Whole jobs and single scripts in pods whose containers are real ones.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class KubernetesJobTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    private const int Limit = 60_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task A_job_gets_its_sources_in_a_pod_of_its_own_and_the_runner_moves_its_artifacts_and_cache()
    {
        await using var bench = await StartAsync();
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Jobs.Folder, "origin"), Token, ("hello.txt", "hello from git\n"), ("run.sh*", "echo ran\n"));
        bench.Jobs.Payload = bench.Jobs.Payload with
        {
            Variables = [new JobVariable { Key = "PASSWORD", Value = "s3cr3t-word", Masked = true }, new JobVariable { Key = "SEEN", Value = "$1", Public = true, Raw = true }],
            GitInfo = repository.Reference,
            Artifacts = [new JobArtifact { Paths = ["out", "it's odd/"] }],
            Cache = [new JobCache { Key = "deps", Paths = ["deps/"] }],
        };
        bench.Jobs.Step("script",
            "cat hello.txt; ./run.sh", "echo \"in $CI_PROJECT_DIR as $(id -u), $PASSWORD, $SEEN\"", "mkdir -p out deps \"it's odd\"; echo made > deps/made",
            "cat deps/made > out/report; chmod 640 out/report; ln -s /etc/passwd out/link; echo x > \"it's odd/one\"");

        Succeeded(bench, await bench.RunAsync(Token));

        var log = bench.Jobs.Log;
        var pod = bench.Cluster.CreatedPod["metadata"]!["name"]!.ToString();
        Assert.Contains($"Preparing the \"kubernetes\" executor\nUsing Kubernetes namespace: ci\nUsing Kubernetes executor with image {LiveEngine.Busybox} ...\n", log, StringComparison.Ordinal);
        Assert.Contains($"Running on {pod} via runner-host...\n", log, StringComparison.Ordinal);
        Assert.Contains("hello from git\nran\n", log, StringComparison.Ordinal);
        Assert.Contains("as 0, [MASKED], $1\n", log, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-word", bench.Cluster.CreatedPod.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("Created cache\n", log, StringComparison.Ordinal);
        var (_, body) = Assert.Single(bench.Jobs.Link.Uploads);
        using var zip = new ZipArchive(new MemoryStream(body));
        Assert.Equal(["it's odd/", "it's odd/one", "out/", "out/link", "out/report"], zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        Assert.Equal(Convert.ToInt32("100640", 8), zip.GetEntry("out/report")!.ExternalAttributes >>> 16);
        Assert.Empty(bench.Cluster.Things);
        Assert.Empty(bench.Operator.Messages);
    }

    [Fact(Timeout = Limit)]
    public async Task Scripts_end_with_their_exit_code_and_all_of_their_output()
    {
        await using var bench = await StartAsync();
        await using var place = await bench.PrepareAsync(Token);

        Assert.Equal(new ScriptExit(7, "command terminated with exit code 7"), await bench.ScriptAsync(place, "printf oops >&2; exit 7", Token));
        Assert.Equal("oops", bench.Log.Output);
        // In the order of the script, whichever stream it was.
        Assert.Equal(ScriptExit.Success, await bench.ScriptAsync(place, "seq 1 100000; seq 1 100000 >&2; echo one; echo two >/dev/stderr; echo three; echo left > /builds/left", Token));
        var lines = string.Join('\n', Enumerable.Range(1, 100_000)) + "\n";
        Assert.Equal("oops" + lines + lines + "one\ntwo\nthree\n", bench.Log.Output);
        Assert.Equal("", bench.Log.ErrorOutput);
        Assert.Equal(0, (await bench.ScriptAsync(place, "test $(cat /builds/left) = left", Token)).Code);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task Services_are_beside_the_build_under_their_names_and_tell_how_they_ended()
    {
        await using var bench = await StartAsync();
        bench.Jobs.Payload = bench.Jobs.Payload with
        {
            Services =
            [
                new JobImage { Name = LiveEngine.Web, Alias = "site", Variables = [new JobVariable { Key = "HEALTHCHECK_TCP_PORT", Value = "8080" }] },
                new JobImage { Name = LiveEngine.Busybox, Alias = "broken", Entrypoint = ["sh", "-c"], Command = ["echo no configuration; exit 3"] },
            ],
        };
        bench.Jobs.Step("script", "wget -q -O - http://site:8080/", "while [ ! -e never ]; do sleep 0.3; exit 9; done");

        var failed = Assert.IsType<JobVerdict.Failed>(await bench.RunAsync(Token));

        Assert.Equal((FailureReason.ScriptFailure, "command terminated with exit code 9", 9), (failed.Reason, failed.Message, failed.ExitCode));
        Assert.Contains("Waiting for services to be up and running (timeout 180 seconds)...\n", bench.Jobs.Log, StringComparison.Ordinal);
        Assert.Contains($"WARNING: Service {LiveEngine.Busybox} (container broken) has ended: exit code 3, reason 'Error'\n", bench.Jobs.Log, StringComparison.Ordinal);
        Assert.Contains("no configuration\n", bench.Jobs.Log, StringComparison.Ordinal);
        Assert.Empty(bench.Cluster.Things);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_cancel_lets_the_script_clean_up_and_the_place_can_be_used_again()
    {
        await using var bench = await StartAsync();
        bench.Jobs.Runner = bench.Jobs.Runner with { GracefulKillTimeout = TimeSpan.FromSeconds(3) };
        await using var place = await bench.PrepareAsync(Token);
        using var cancel = new CancellationTokenSource();

        var script = bench.ScriptAsync(place, "(trap '' TERM; sleep 1000) &\ntrap 'echo cleaned; exit 1' TERM\necho begun\nsleep 1000 & wait $!", cancel.Token);
        await ThereIsAsync(() => bench.Log.Output.Contains("begun", StringComparison.Ordinal));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => script);
        Assert.Contains("cleaned\n", bench.Log.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await bench.ScriptAsync(place, "ps | grep -q '[s]leep 1000'", Token)).Code);
        Assert.Empty(bench.Operator.Messages);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_background_process_does_not_hold_the_job()
    {
        await using var bench = await StartAsync();
        await using var place = await bench.PrepareAsync(Token);

        Assert.Equal(ScriptExit.Success, await bench.ScriptAsync(place, "(sleep 0.5; echo late; sleep 1000; echo later) & echo done; printf oops >&2", Token));
        Assert.Equal("done\noopslate\n", bench.Log.Output);
        Assert.StartsWith("WARNING: the script has ended, but processes it started hold its output open.", bench.Log.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(new ScriptExit(3, "command terminated with exit code 3"), await bench.ScriptAsync(place, "exit 3", Token));
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task An_evicted_pod_is_a_system_failure_with_the_clusters_reason()
    {
        await using var bench = await StartAsync();
        await using var place = await bench.PrepareAsync(Token);
        bench.Cluster.AddEvent(bench.Cluster.CreatedPod["metadata"]!["name"]!.ToString(), "Warning", "Evicted", "The node was low on resource: memory.");

        var script = bench.ScriptAsync(place, "echo begun; sleep 1000", Token);
        await ThereIsAsync(() => bench.Log.Output.Length > 0);
        await bench.Cluster.EvictAsync(Token);

        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => script);
        Assert.Equal(FailureReason.RunnerSystemFailure, broken.Reason);
        Assert.Contains("status is \"Failed\": reason \"Evicted\", message \"The node was low on resource: memory.\"", broken.Message, StringComparison.Ordinal);
        Assert.Contains("WARNING: Event retrieved from the cluster: Warning Evicted: The node was low on resource: memory.", bench.Log.Lines);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_job_runs_as_the_user_it_asks_for_and_a_container_without_memory_says_so()
    {
        await using var bench = await StartAsync();
        bench.Settings = bench.Settings with { Resources = new Dictionary<string, string> { ["memory_limit"] = "16Mi" } };
        bench.Jobs.Payload = bench.Jobs.Payload with
        {
            Image = bench.Jobs.Payload.Image! with { ExecutorOpts = System.Text.Json.JsonDocument.Parse("""{"kubernetes":{"user":"1000:1000"}}""").RootElement },
        };
        await using var place = await bench.PrepareAsync(Token);

        await bench.ScriptAsync(place, "id -u", Token);
        Assert.Equal("1000\n", bench.Log.Output);
        var exit = await bench.ScriptAsync(place, "dd if=/dev/zero of=/dev/null bs=64M count=1\nexit $?", Token);
        Assert.Equal(137, exit.Code);
        Assert.StartsWith("the kernel's out-of-memory killer was at work in the build container", exit.Evidence, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_person_gets_a_shell_beside_the_running_script()
    {
        await using var bench = await StartAsync();
        await using var place = await bench.PrepareAsync(Token);

        await using (var shell = await ((ITerminalPlace)place).OpenTerminalAsync(Token))
        {
            await shell.Terminal.WriteAsync(Encoding.UTF8.GetBytes("test -t 0 && echo is a termi''nal\n"), Token);
            var (seen, buffer) = (new StringBuilder(), new byte[4096]);
            while (!seen.ToString().Contains("is a terminal", StringComparison.Ordinal))
            {
                var read = await shell.Terminal.ReadAsync(buffer, Token);
                Assert.True(read > 0, seen.ToString());
                seen.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }

        Assert.Equal(0, (await bench.ScriptAsync(place, "true", Token)).Code);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task An_image_without_tar_keeps_its_scripts_and_says_what_is_missing()
    {
        await using var bench = await StartAsync();
        bench.Settings = bench.Settings with
        {
            PodSpec = [new() { Name = "path", Patch = """{"containers":[{"name":"build","env":[{"name":"PATH","value":"/nowhere"}],"command":["/bin/sh","-c","read l"]}]}""" }],
        };
        bench.Jobs.With("FF_USE_ADVANCED_POD_SPEC_CONFIGURATION", "true");

        await using var place = await bench.PrepareAsync(Token);

        Assert.IsNotType<IReachableFiles>(place, exactMatch: false);
        Assert.Contains("WARNING: there is no tar in the image of the job: sources are fetched by git of the image, caches and artifacts are not supported", bench.Log.Lines);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task What_a_killed_runner_left_is_removed_by_the_next_one_and_its_job_is_lost()
    {
        await using var bench = await StartAsync();
        bench.Cluster.Put("/api/v1/namespaces/ci/secrets/old", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "old", ["namespace"] = "ci", ["labels"] = new JsonObject { ["io.gantry.owner"] = "owner", ["io.gantry.process"] = "first", ["io.gantry.job"] = "1" } },
        });
        bench.Cluster.Put("/api/v1/namespaces/ci/pods/others", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "others", ["namespace"] = "ci", ["labels"] = new JsonObject { ["io.gantry.owner"] = "another", ["io.gantry.process"] = "first" } },
        });
        // Never disposed: its process was killed.
        var place = await bench.PrepareAsync(Token);

        var next = bench.OfProcess("second");
        Assert.Equal(1, await next.SweepAsync(new HashSet<long> { bench.Jobs.Payload.Id }, Token));
        Assert.IsType<Reopening.Lost>(await next.ReopenAsync(bench.Jobs.Request(next.Traits), place.Handle, Token));
        Assert.Equal(0, await next.SweepAsync(new HashSet<long>(), Token));

        Assert.Equal(["/api/v1/namespaces/ci/pods/others"], bench.Cluster.Things);
    }

    private async Task<KubernetesBench> StartAsync()
    {
        await live.NeededAsync(Token);
        return await KubernetesBench.StartAsync();
    }

    private static void Succeeded(KubernetesBench bench, JobVerdict verdict) => Assert.True(verdict is JobVerdict.Succeeded, $"{verdict}\n{bench.Jobs.Log}");

    private static async Task ThereIsAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(20, Token);
        }
    }
}
