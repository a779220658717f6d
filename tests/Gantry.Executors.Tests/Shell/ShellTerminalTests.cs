using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Tests.Shell;

/// <summary>People in jobs of the shell executor.</summary>
public sealed class ShellTerminalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_person_has_a_terminal_of_its_own_with_the_jobs_variables_while_the_script_runs()
    {
        using var bench = new ShellBench();
        var go = Path.Combine(bench.Folder, "go");
        bench.With("WHO", "the job").Step("script", $"while [ ! -e '{go}' ]; do sleep 0.05; done");
        var visit = new Visit("test -t 0 && echo \"[$(tty | cut -c1-9)] [$WHO] $((6 * 7))\"; sleep 1000 & exit\n");

        var job = bench.RunAsync(Token, visit);
        var shown = await visit.Shown;
        await File.WriteAllTextAsync(go, "", Token);

        Assert.IsType<JobVerdict.Succeeded>(await job);
        Assert.Contains("[/dev/pts/] [the job] 42\r\n", shown, StringComparison.Ordinal);
        Assert.True(visit.Closed);
    }

    private sealed class Visit(string types) : IJobSession
    {
        private readonly TaskCompletionSource<string> _shown = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Shown => _shown.Task;

        public bool Closed { get; private set; }

        public void Open(ITerminalPlace place) => _ = TalkAsync(place);

        public Task HoldAsync(bool failed, CancellationToken job) => Task.CompletedTask;

        public Task CloseAsync(IJobLog log, CancellationToken job)
        {
            Closed = true;
            return Task.CompletedTask;
        }

        private async Task TalkAsync(ITerminalPlace place)
        {
            try
            {
                await using var shell = await place.OpenTerminalAsync(Token);
                await shell.Terminal.WriteAsync(Encoding.UTF8.GetBytes(types), Token);
                using var all = new MemoryStream();
                await shell.Terminal.CopyToAsync(all, Token);
                _shown.SetResult(Encoding.UTF8.GetString(all.ToArray()));
            }
            catch (Exception broken)
            {
                _shown.SetException(broken);
            }
        }
    }
}
