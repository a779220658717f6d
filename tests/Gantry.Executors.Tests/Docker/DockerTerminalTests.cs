using System.Text;
using Gantry.Engine.Executors;

namespace Gantry.Executors.Tests.Docker;

[Trait("Needs", "DockerEngine")]
public sealed class DockerTerminalTests(LiveEngine live) : IClassFixture<LiveEngine>
{
    [Fact(Timeout = 60_000)]
    public async Task A_person_gets_a_shell_beside_the_running_script_and_everything_in_it_ends_with_it()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var place = await bench.PrepareAsync(token);
        // Asked for before the container runs.
        var opening = ((ITerminalPlace)place).OpenTerminalAsync(token);
        var script = place.RunAsync(DockerBench.Build("mkdir -p /builds/group/project; while ! test -e /tmp/go; do sleep 0.1; done; echo went on; ps | grep -c '[s]leep 4321'; true"), bench.Log, token);
        await using (var shell = await opening)
        {
            Assert.Contains("is a terminal", await SayAsync(shell, "test -t 0 && echo is a termi''nal\n", "is a terminal", token), StringComparison.Ordinal);
            await SayAsync(shell, "sleep 4321 & ps | grep -c '[s]leep 4321'; echo do''ne\n", "done", token);
        }

        await using (var second = await ((ITerminalPlace)place).OpenTerminalAsync(token))
        {
            await SayAsync(second, "touch /tmp/go; exit\n", "exit", token);
            Assert.Equal(0, (await script).Code);
        }

        Assert.Equal("went on\n0\n", bench.Log.Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_wait_for_a_container_ends_with_its_token()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = new DockerBench();
        await using var place = await bench.PrepareAsync(token);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ((ITerminalPlace)place).OpenTerminalAsync(soon.Token));
    }

    private static async Task<string> SayAsync(ITerminalShell shell, string text, string until, CancellationToken token)
    {
        await shell.Terminal.WriteAsync(Encoding.UTF8.GetBytes(text), token);
        var (seen, buffer) = (new StringBuilder(), new byte[4096]);
        while (!seen.ToString().Contains(until, StringComparison.Ordinal))
        {
            var read = await shell.Terminal.ReadAsync(buffer, token);
            Assert.True(read > 0, seen.ToString());
            seen.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return seen.ToString();
    }
}
