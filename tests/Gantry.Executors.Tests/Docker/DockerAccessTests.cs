using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Executors.Docker.Api;
using Gantry.Protocol;

namespace Gantry.Executors.Tests.Docker;

/// <summary>One second engine for all tests of a class.</summary>
public sealed class OtherMachine : IAsyncLifetime
{
    internal SecondEngine Engine { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Engine = await SecondEngine.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync() => await Engine.DisposeAsync();
}

/// <summary>Ways to an engine: TLS, ssh, the surroundings; and an engine that shares no files with the runner.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class DockerAccessTests(OtherMachine machine) : IClassFixture<OtherMachine>
{
    [Fact(Timeout = 120_000)]
    public async Task A_whole_job_with_sources_runs_over_tls_on_an_engine_that_sees_none_of_the_runners_files()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench();
        bench.Settings = bench.Settings with { Host = machine.Engine.Host, TlsCertPath = machine.Engine.Certificates(), TlsVerify = true };
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "remote"), token, ("README", "read me\n"));
        var verdict = await bench.Sources(repository).Script("cat README", $"test ! -e {bench.Folder}", "hostname").RunJobAsync(token);
        Assert.True(verdict is JobVerdict.Succeeded, bench.Link.Trace);
        Assert.Contains("read me", bench.Link.Trace, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("stranger", "Cannot connect to the Docker daemon|error during connect")]
    [InlineData("doubter", "certificate")]
    [InlineData("nobody", "nobody/cert.pem: no such file")]
    public async Task Certificates_are_checked_on_both_sides(string who, string expected)
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench();
        bench.Settings = bench.Settings with { Host = machine.Engine.Host, TlsCertPath = machine.Engine.Certificates(who), TlsVerify = true };
        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(token));
        Assert.Matches(expected, broken.Message);
        Assert.Contains(machine.Engine.Host, broken.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_tls_verify_an_engine_with_any_certificate_is_taken()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench();
        bench.Settings = bench.Settings with { Host = machine.Engine.Host, TlsCertPath = machine.Engine.Certificates("doubter"), TlsVerify = false };
        await using var place = await bench.PrepareAsync(token);
        Assert.Equal(0, (await place.RunAsync(DockerBench.Build("echo hello"), bench.Log, token)).Code);
        Assert.Equal("hello\n", bench.Log.Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_a_host_of_its_own_an_entry_takes_the_surroundings_as_a_whole()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench();
        bench.Settings = bench.Settings with { TlsCertPath = "/not/used" };
        bench.Surroundings = given => given with { Host = machine.Engine.Host, CertPath = machine.Engine.Certificates(), TlsVerify = true, ApiVersion = "1.40" };
        await using var place = await bench.PrepareAsync(token);
        Assert.Equal(0, (await place.RunAsync(DockerBench.Build("true"), bench.Log, token)).Code);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_version_that_the_engine_does_not_speak_is_refused_in_its_words()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench();
        bench.Surroundings = given => given with { Host = "unix://" + machine.Engine.Socket, ApiVersion = "1.99" };
        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(token));
        Assert.Contains("client version 1.99 is too new", broken.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_ssh_host_is_reached_through_dial_stdio()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench();
        var program = await ScriptAsync(bench, "for last; do :; done\nprintf '%s\\n' \"$*\" >>\"$0.calls\"\nwhile [ \"$1\" != -- ]; do shift; done\nshift 2\nexec \"$@\"", token);
        using var client = new EngineClient(new EngineDialer(EngineEndpoint.Parse($"ssh://me@far:2222{machine.Engine.Socket}", null), TimeProvider.System) { SshProgram = program }, null);
        var created = await client.Containers.CreateAsync(null, null, new ContainerSpec
        {
            Image = LiveEngine.Busybox,
            Cmd = ["sh", "-c", "cat; exit 7"],
            OpenStdin = true,
            StdinOnce = true,
            AttachStdin = true,
            AttachStdout = true,
        }, token);
        await using var attached = await client.Containers.AttachAsync(created.Id, input: true, token);
        using var pending = await client.Containers.WaitAsync(created.Id, "next-exit", token);
        await client.Containers.StartAsync(created.Id, token);
        await attached.WriteAsync("over ssh"u8.ToArray(), token);
        await attached.CloseInputAsync();
        Assert.Equal("over ssh", (await Api.EngineClientTests.ReadAsync(attached)).Output);
        Assert.Equal(7, (await pending.AnswerAsync(token)).StatusCode);
        await client.Containers.RemoveAsync(created.Id, volumes: true, token);
        Assert.Equal($"-o BatchMode=yes -o ConnectTimeout=30 -T -l me -p 2222 -- far docker --host unix://{machine.Engine.Socket} system dial-stdio",
            (await File.ReadAllLinesAsync(program + ".calls", token))[0]);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_ssh_says_is_what_the_user_reads()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench();
        var program = await ScriptAsync(bench, "echo 'me@far: Permission denied (publickey).' >&2; exit 255", token);
        using var client = new EngineClient(new EngineDialer(EngineEndpoint.Parse("ssh://me@far", null), TimeProvider.System) { SshProgram = program }, null);
        var broken = await Assert.ThrowsAsync<EngineException>(async () => await client.FactsAsync(token));
        Assert.True(broken.IsUnreachable);
        Assert.Contains("ssh://me@far: ssh: exit status 255: me@far: Permission denied (publickey).", broken.Message, StringComparison.Ordinal);
    }

    internal static DockerBench Bench()
    {
        var bench = new DockerBench();
        bench.Settings = bench.Settings with { NetworkMode = "host" };
        return bench;
    }

    private static async Task<string> ScriptAsync(DockerBench bench, string text, CancellationToken token)
    {
        var path = Path.Combine(bench.Folder, "ssh");
        await File.WriteAllTextAsync(path, "#!/bin/sh\n" + text + "\n", token);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}

/// <summary>An engine that dies and comes back while a job runs.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class DockerRestartTests
{
    [Fact(Timeout = 120_000)]
    public async Task An_engine_that_restarts_fails_the_job_with_a_reason_and_the_next_job_works()
    {
        var token = TestContext.Current.CancellationToken;
        await using var engine = await SecondEngine.StartAsync(token);
        using var bench = DockerAccessTests.Bench();
        bench.Settings = bench.Settings with { Host = "unix://" + engine.Socket };
        await using (var place = await bench.PrepareAsync(token))
        {
            var run = place.RunAsync(DockerBench.Build("echo ready; sleep 600"), bench.Log, token);
            while (!bench.Log.Output.Contains("ready", StringComparison.Ordinal))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, token);
            }

            await engine.KillAsync(token);
            await engine.StartAgainAsync(token);
            var broken = await Assert.ThrowsAsync<EnvironmentException>(() => run);
            Assert.Equal(FailureReason.RunnerSystemFailure, broken.Reason);
            Assert.Contains("the engine was restarted, or the container was stopped by somebody else", broken.Message, StringComparison.Ordinal);
        }

        await using var next = await bench.PrepareAsync(token);
        Assert.Equal(0, (await next.RunAsync(DockerBench.Build("true"), bench.Log, token)).Code);
    }
}
