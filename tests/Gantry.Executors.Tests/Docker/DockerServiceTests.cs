using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Containers;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Docker;

[Trait("Needs", "DockerEngine")]
public sealed class DockerServiceTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    [Theory(Timeout = 90_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_service_is_ready_when_the_script_begins_and_is_reached_by_every_alias(bool networkPerBuild)
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench().Service(LiveEngine.Web, "web shop").With("FF_NETWORK_PER_BUILD", networkPerBuild ? "true" : "false");
        await using (var place = await bench.PrepareAsync(token))
        {
            var exit = await place.RunAsync(DockerBench.Build("for h in gantry-test__web gantry-test-web web shop; do wget -qO- http://$h:8080/ || exit 1; done"), bench.Log, token);
            Assert.True(exit.Code == 0, bench.Log.Text);
            var networks = await engine.Networks.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token);
            Assert.Equal(networkPerBuild ? 1 : 0, networks.Count);
        }

        Assert.Contains("Starting service gantry-test/web:latest...", bench.Log.Lines);
        Assert.Contains("Waiting for services to be up and running (timeout 30 seconds)...", bench.Log.Lines);
        Assert.DoesNotContain("probably didn't start", bench.Log.Text, StringComparison.Ordinal);
        Assert.Empty(await bench.LeftoversAsync(engine, token));
    }

    [Fact(Timeout = 90_000)]
    [Trait("Trap", "26")]
    public async Task A_service_that_died_is_shown_with_its_log_and_the_job_goes_on()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        bench.Payload = bench.Payload with
        {
            Services = [new JobImage { Name = LiveEngine.Web, Command = ["sh", "-c", "echo my last words; exit 3"] }],
        };
        await using var place = await bench.PrepareAsync(token);
        Assert.Contains("probably didn't start properly.", bench.Log.Text, StringComparison.Ordinal);
        Assert.Contains("the container ended with exit code 3", bench.Log.Text, StringComparison.Ordinal);
        Assert.Contains("my last words", bench.Log.Text, StringComparison.Ordinal);
        Assert.Equal(0, (await place.RunAsync(DockerBench.Build("true"), bench.Log, token)).Code);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_healthcheck_of_the_image_is_waited_for()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench().Service(LiveEngine.Healthy);
        await using var place = await bench.PrepareAsync(token);
        var service = Assert.Single(await engine.Containers.ListAsync([$"{JobLabels.Owner}={bench.Owner}", JobLabels.Prefix + "type=service"], token));
        Assert.Equal("healthy", (await engine.Containers.InspectAsync(service.Id, token)).State.Health!.Status);
    }

    [Fact(Timeout = 90_000)]
    [Trait("Trap", "27")]
    public async Task A_service_sees_public_variables_and_its_own_but_no_secret_of_the_job()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench().With("OPEN", "yes").With("HIDDEN", "secret", isPublic: false);
        bench.Payload = bench.Payload with
        {
            Services = [new JobImage { Name = LiveEngine.NoPorts, Variables = [new JobVariable { Key = "OWN", Value = "from $HIDDEN" }] }],
        };
        await using var place = await bench.PrepareAsync(token);
        var line = Assert.Single(await engine.Containers.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token));
        var environment = (await engine.Containers.InspectAsync(line.Id, token)).Config.Env!;
        Assert.Contains("OPEN=yes", environment);
        Assert.Contains("OWN=from secret", environment);
        Assert.DoesNotContain(environment, pair => pair.StartsWith("HIDDEN=", StringComparison.Ordinal));
    }

    [Fact(Timeout = 90_000)]
    public async Task Logs_of_services_are_shown_when_the_job_asks_for_them()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench().Service(LiveEngine.Web, "web").With("CI_DEBUG_SERVICES", "true");
        await using (var place = await bench.PrepareAsync(token))
        {
            while (!bench.Log.TextOf(LogStream.Service).Contains("web is ready", StringComparison.Ordinal))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, token);
            }
        }

        Assert.Contains("[service:gantry-test__web-gantry-test-web-web] ", bench.Log.TextOf(LogStream.Service), StringComparison.Ordinal);
    }

    [Fact(Timeout = 90_000)]
    public async Task Two_services_of_one_image_need_an_alias_and_a_wrong_image_ends_the_preparation_without_rest()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        using var bench = new DockerBench().Service(LiveEngine.NoPorts, "one").Service(LiveEngine.NoPorts, "two").Service(LiveEngine.NoPorts);
        await using (var place = await bench.PrepareAsync(token))
        {
            Assert.Equal(2, (await engine.Containers.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token)).Count);
        }

        Assert.Contains("WARNING: Skipping alias \"gantry-test__noports\" for service \"gantry-test/noports\" (services[1]): alias is already in use by another service.", bench.Log.Lines);
        Assert.Contains(bench.Log.Lines, line => line.Contains("(services[2]) is not started", StringComparison.Ordinal));

        bench.Service("gantry-test/missing:1");
        await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(token));
        Assert.Empty(await bench.LeftoversAsync(engine, token));
    }

    [Fact]
    [Trait("Trap", "26")]
    public void Listening_ports_are_read_from_the_kernels_table()
    {
        const string Table = "  sl  local_address rem_address   st\n   0: 00000000:1F90 00000000:0000 0A 0\n   1: 0100007F:1F91 0100007F:D431 01 0\n"
            + "   0: 00000000000000000000000000000000:1538 00000000000000000000000000000000:0000 0A 0\n";
        Assert.Equal([5432, 8080], ListeningPorts.Of(Table).Order());
    }
}
