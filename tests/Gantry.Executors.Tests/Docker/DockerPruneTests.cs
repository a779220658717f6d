using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Containers;

namespace Gantry.Executors.Tests.Docker;

[Trait("Needs", "DockerEngine")]
public sealed class DockerPruneTests(LiveEngine live, Registries registries) : IClassFixture<LiveEngine>, IClassFixture<Registries>
{
    [Fact(Timeout = 90_000)]
    public async Task Pulled_images_and_cache_volumes_of_this_runner_can_go_and_nothing_else()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        // One image that the runner must pull, and one that is there and is asked for again.
        await TestRegistry.DockerAsync(token, "tag", registries.Local, registries.Open.Address + "/was/there:1");
        using var bench = new DockerBench().Image(registries.OpenImage).Service(registries.Open.Address + "/was/there:1");
        bench.Settings = bench.Settings with { PullPolicy = ["always", "if-not-present"], Volumes = ["/cache"] };
        await using (var place = await bench.PrepareAsync(token))
        {
            await place.RunAsync(DockerBench.Build("echo 123456789 > /cache/file"), bench.Log, token);
            // Both are in use now.
            Assert.Equal(["image"], (await ((IKeepsThings)bench.Executor).KeptAsync(token)).Select(thing => thing.Kind));
        }

        var things = await ((IKeepsThings)bench.Executor).KeptAsync(token);
        Assert.Equal(["volume", "image"], things.Select(thing => thing.Kind));
        Assert.True(things[0].Bytes >= 10);
        Assert.Equal(registries.OpenImage, things[1].Name);
        Assert.All(things, thing => Assert.InRange(thing.LastUsed, TimeProvider.System.GetUtcNow().AddMinutes(-2), TimeProvider.System.GetUtcNow()));
        foreach (var thing in things)
        {
            Assert.Null(await thing.RemoveAsync(token));
        }

        Assert.Null(await engine.Images.FindAsync(registries.OpenImage, null, token));
        Assert.NotNull(await engine.Images.FindAsync(registries.Open.Address + "/was/there:1", null, token));
        Assert.Empty(await engine.Volumes.ListAsync([$"{JobLabels.Owner}={bench.Owner}"], token));
        Assert.Empty(await ((IKeepsThings)bench.Executor).KeptAsync(token));
        await TestRegistry.DockerAsync(token, "rmi", registries.Open.Address + "/was/there:1");
    }
}
