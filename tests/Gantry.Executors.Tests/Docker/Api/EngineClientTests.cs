using System.Formats.Tar;
using System.Text;
using Gantry.Executors.Docker.Api;
using Gantry.TestKit.Engine;

namespace Gantry.Executors.Tests.Docker.Api;

[Trait("Needs", "DockerEngine")]
public sealed class EngineClientTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    private static readonly IReadOnlyDictionary<string, string> Labels = new Dictionary<string, string> { ["gantry.test"] = "api" };

    [Fact(Timeout = 60_000)]
    public async Task A_container_reads_its_input_until_it_is_closed_and_its_exit_is_seen()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        var created = await engine.Containers.CreateAsync(null, null, Interactive(["sh", "-c", "echo out; echo err >&2; cat; exit 7"]), token);
        try
        {
            await using var attached = await engine.Containers.AttachAsync(created.Id, input: true, token);
            using var pending = await engine.Containers.WaitAsync(created.Id, "next-exit", token);
            await engine.Containers.StartAsync(created.Id, token);
            await attached.WriteAsync("the input"u8.ToArray(), token);
            await attached.CloseInputAsync();
            var (output, error) = await ReadAsync(attached);

            Assert.Equal("out\nthe input", output);
            Assert.Equal("err\n", error);
            Assert.Equal(7, (await pending.AnswerAsync(token)).StatusCode);
            Assert.Equal(7, (await engine.Containers.InspectAsync(created.Id, token)).State.ExitCode);
            await using var log = await engine.Containers.LogsAsync(created.Id, follow: false, timestamps: false, token);
            Assert.Equal((output, error), await ReadAsync(log));
        }
        finally
        {
            await engine.Containers.RemoveAsync(created.Id, volumes: true, CancellationToken.None);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Files_go_into_a_container_that_never_ran_and_come_back()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        var created = await engine.Containers.CreateAsync(null, null, Interactive(["sh"]) with
        {
            HostConfig = new HostSpec { Mounts = [new MountSpec { Type = "volume", Target = "/builds" }] },
        }, token);
        try
        {
            await engine.Containers.PutArchiveAsync(created.Id, "/", new ByteArrayContent(Tar("builds/group/hello.txt", "hi")), token);
            await using var back = await engine.Containers.GetArchiveAsync(created.Id, "/builds/group", token);
            await using var reader = new TarReader(back);
            var names = new List<string>();
            while (await reader.GetNextEntryAsync(cancellationToken: token) is { } entry)
            {
                names.Add(entry.Name);
            }

            Assert.Equal(["group/", "group/hello.txt"], names);
            var missing = await Assert.ThrowsAsync<EngineException>(() => engine.Containers.GetArchiveAsync(created.Id, "/builds/none", token));
            Assert.True(missing.IsNotFound);
        }
        finally
        {
            await engine.Containers.RemoveAsync(created.Id, volumes: true, CancellationToken.None);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task An_exec_has_its_own_exit_code()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        var created = await engine.Containers.CreateAsync(null, null, new ContainerSpec { Image = LiveEngine.Busybox, Cmd = ["sleep", "60"], Labels = Labels }, token);
        try
        {
            await engine.Containers.StartAsync(created.Id, token);
            var exec = await engine.Containers.CreateExecAsync(created.Id, new ExecSpec { Cmd = ["sh", "-c", "echo hello; exit 3"], AttachStdout = true, AttachStderr = true }, token);
            await using var stream = await engine.Containers.StartExecAsync(exec, terminal: false, token);
            Assert.Equal(("hello\n", ""), await ReadAsync(stream));
            Assert.Equal(3, (await engine.Containers.InspectExecAsync(exec, token)).ExitCode);
        }
        finally
        {
            await engine.Containers.RemoveAsync(created.Id, volumes: true, CancellationToken.None);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Volumes_networks_and_containers_are_found_by_label()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        var mark = "gantry.test.mark=" + Guid.NewGuid().ToString("n");
        var labels = new Dictionary<string, string> { ["gantry.test.mark"] = mark.Split('=')[1] };
        var volume = await engine.Volumes.CreateAsync(new VolumeSpec { Name = "gantry-test-" + labels["gantry.test.mark"], Labels = labels }, token);
        var network = await engine.Networks.CreateAsync(new NetworkSpec { Name = volume.Name, Labels = labels }, token);
        var container = await engine.Containers.CreateAsync(volume.Name, null, Interactive(["sh"]) with { Labels = labels }, token);

        Assert.Equal(volume.Name, Assert.Single(await engine.Volumes.ListAsync([mark], token)).Name);
        Assert.Equal(network, Assert.Single(await engine.Networks.ListAsync([mark], token)).Id);
        Assert.Equal(container.Id, Assert.Single(await engine.Containers.ListAsync([mark], token)).Id);

        await engine.Containers.RemoveAsync(container.Id, volumes: true, token);
        await engine.Networks.RemoveAsync(network, token);
        await engine.Volumes.RemoveAsync(volume.Name, token);
        Assert.Empty(await engine.Containers.ListAsync([mark], token));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_image_that_is_not_there_is_null_and_a_pull_of_it_fails_with_the_engines_text()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        Assert.Null(await engine.Images.FindAsync("gantry-test/none:1", null, token));
        var failed = await Assert.ThrowsAsync<EngineException>(async () =>
        {
            await foreach (var _ in engine.Images.PullAsync("127.0.0.1:1/gantry-test/none", "1", null, null, token))
            {
            }
        });
        Assert.Contains("connection refused", failed.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_version_is_the_older_of_both_sides()
    {
        var token = TestContext.Current.CancellationToken;
        var engine = await live.NeededAsync(token);
        Assert.True(await engine.VersionAsync(token) <= new EngineVersion(1, 51));
        Assert.Equal("linux", (await engine.FactsAsync(token)).OSType);
    }

    [Fact(Timeout = 60_000)]
    public async Task Jobs_that_begin_together_ask_the_engine_about_itself_once()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var folder = new TempFolder();
        await using var proxy = new EngineProxy(folder.Path);
        using var client = new EngineClient(new EngineDialer(new EngineEndpoint.UnixSocket(proxy.Host["unix://".Length..]), TimeProvider.System), null);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.FactsAsync(token).AsTask()));
        Assert.Single(proxy.Requests, request => request.Contains("/info", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_socket_where_nobody_listens_is_named_in_the_error()
    {
        var token = TestContext.Current.CancellationToken;
        using var client = new EngineClient(new EngineDialer(new EngineEndpoint.UnixSocket("/nowhere/docker.sock"), TimeProvider.System), null);
        var e = await Assert.ThrowsAsync<EngineException>(async () => await client.FactsAsync(token));
        Assert.True(e.IsUnreachable);
        Assert.Contains("Cannot connect to the Docker daemon at unix:///nowhere/docker.sock", e.Message, StringComparison.Ordinal);
    }

    internal static async Task<(string Output, string Error)> ReadAsync(Stream stream)
    {
        var (output, error) = (new MemoryStream(), new MemoryStream());
        await StreamFrames.CopyAsync(stream, (which, bytes) => (which == EngineStream.Output ? output : error).Write(bytes), TestContext.Current.CancellationToken);
        return (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    private static ContainerSpec Interactive(IReadOnlyList<string> command) => new()
    {
        Image = LiveEngine.Busybox,
        Cmd = command,
        Labels = Labels,
        OpenStdin = true,
        StdinOnce = true,
        AttachStdin = true,
        AttachStdout = true,
        AttachStderr = true,
    };

    private static byte[] Tar(string name, string text)
    {
        using var buffer = new MemoryStream();
        using (var writer = new TarWriter(buffer, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return buffer.ToArray();
    }
}
