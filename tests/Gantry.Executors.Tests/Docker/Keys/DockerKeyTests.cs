using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Runner.Configuration;
using Gantry.Runner.Configuration.Shapes;

namespace Gantry.Executors.Tests.Docker.Keys;

/// <summary>Every key of <c>[runners.docker]</c>, from the text of <c>config.toml</c> to what the engine or the job's log shows of it.</summary>
[Trait("Needs", "DockerEngine")]
public sealed class DockerKeyTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    private static readonly IReadOnlyList<KeyCase> Cases = [.. BuildKeys.Cases, .. ServiceKeys.Cases, .. RuleKeys.Cases];
    private static readonly Dictionary<string, Scenario> Scenarios = BuildKeys.Scenarios.Concat(ServiceKeys.Scenarios).Concat(RuleKeys.Scenarios).ToDictionary();

    [Fact]
    public void Every_key_that_the_file_can_have_is_read_back_somewhere()
    {
        // suspend_data_path belongs to kubernetes, which shares the table of services.
        var known = DockerShape.Docker.Keys.Select(key => key.Name)
            .Concat(DockerShape.Service.Keys.Select(key => "services." + key.Name).Where(name => name != "services.suspend_data_path"));
        Assert.Equal(known.Order(StringComparer.Ordinal), Cases.Select(one => one.Key).Order(StringComparer.Ordinal));
        TestContext.Current.TestOutputHelper!.WriteLine($"conformance: docker keys {Cases.Count}");
    }

    public static TheoryData<string> Names => [.. Cases.Select(one => one.Scenario).Distinct()];

    [Theory(Timeout = 90_000)]
    [MemberData(nameof(Names))]
    public async Task Keys_reach_the_engine_and_the_job(string name)
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        var cases = Cases.Where(one => one.Scenario == name).ToList();
        var seen = await RunAsync(engine, Scenarios[name], cases, token);
        Assert.Multiple([.. cases.Select(one => (Action)(() => Check(one, seen)))]);
    }

    private static void Check(KeyCase one, Seen seen)
    {
        try
        {
            one.Check(seen);
        }
        catch (Exception e)
        {
            Assert.Fail($"{one.Key}: {e.Message}\nfailure: {seen.Failure}\nlog:\n{seen.Text}");
        }
    }

    private static async Task<Seen> RunAsync(EngineClient engine, Scenario scenario, IReadOnlyList<KeyCase> cases, CancellationToken token)
    {
        using var bench = new DockerBench();
        await using var proxy = new EngineProxy(bench.Folder);
        await using var authority = new UnknownAuthority();
        scenario.Job(bench);
        var other = $"gantry-test-other-{Guid.NewGuid():n}";
        List<string> lines = [scenario.OwnHost ? "" : $"host = \"{proxy.Host}\"", .. scenario.Toml.Split('\n'), .. cases.SelectMany(one => one.Toml.Split('\n'))];
        if (!lines.Exists(line => line.StartsWith("pull_policy", StringComparison.Ordinal)))
        {
            lines.Add("pull_policy = \"never\"");
        }

        var text = string.Join('\n', lines).Replace("{folder}", bench.Folder, StringComparison.Ordinal).Replace("{other}", other, StringComparison.Ordinal)
            .Replace("{port}", authority.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        bench.Settings = DockerSettingsReader.ReadEntry(ConfigReader.Parse($"[[runners]]\n[runners.docker]\n{text}\n", "config.toml").Table.Tables("runners")[0]);
        var needsOther = text.Contains(other, StringComparison.Ordinal);
        if (needsOther)
        {
            await engine.Containers.CreateAsync(other, null, new ContainerSpec { Image = LiveEngine.NoPorts, Labels = new Dictionary<string, string> { ["gantry.test"] = "keys" } }, token);
            await engine.Containers.StartAsync(other, token);
        }

        try
        {
            var seen = await LookAsync(engine, bench, scenario, token);
            return seen with { Requests = proxy.Requests, Sent = proxy.Sent, Folder = bench.Folder, Other = other, Text = bench.Log.Text, Output = bench.Log.Output };
        }
        finally
        {
            await bench.ForgetVolumesAsync(engine, CancellationToken.None);
            if (needsOther)
            {
                await engine.Containers.RemoveAsync(other, volumes: true, CancellationToken.None);
            }
        }
    }

    private static async Task<Seen> LookAsync(EngineClient engine, DockerBench bench, Scenario scenario, CancellationToken token)
    {
        var seen = new Seen();
        try
        {
            await using var place = await bench.PrepareAsync(token);
            // Makes the container; it need not run.
            await ((IReachableWorkspace)place).PlaceAsync([new PlacedTree { Target = bench.Plan().Folders.Project }], bench.Log, token);
            foreach (var script in Scripts(scenario))
            {
                await place.RunAsync(script, bench.Log, token);
            }

            seen = seen with
            {
                Build = await FindAsync(engine, bench, "build", token) ?? seen.Build,
                Service = await FindAsync(engine, bench, "service", token) ?? seen.Service,
                Networks = [.. await Task.WhenAll((await engine.Networks.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token)).Select(line => engine.Networks.InspectAsync(line.Id, token)))],
            };
        }
        catch (EnvironmentException e)
        {
            seen = seen with { Failure = e.Message };
        }

        var volumes = await engine.Volumes.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token);
        return seen with { VolumesLeft = [.. volumes.Select(volume => volume.Name)] };
    }

    private static IEnumerable<StageScript> Scripts(Scenario scenario)
    {
        if (scenario.Hook is { } hook)
        {
            yield return new StageScript("get_sources", hook, StagePlace.Helper);
        }

        if (scenario.Script is { } script)
        {
            yield return DockerBench.Build(script);
        }
    }

    private static async Task<ContainerDetails?> FindAsync(EngineClient engine, DockerBench bench, string type, CancellationToken token)
    {
        var found = await engine.Containers.ListAsync([$"{JobLabels.Owner}={bench.Owner}", $"{JobLabels.Prefix}type={type}"], token);
        return found.Count == 0 ? null : await engine.Containers.InspectAsync(Assert.Single(found).Id, token);
    }
}
