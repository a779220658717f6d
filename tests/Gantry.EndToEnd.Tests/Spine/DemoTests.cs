using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Spine;

/// <summary><c>gantry demo</c>, what <c>./run</c> calls.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task It_serves_on_a_free_port_and_again_on_another_with_what_it_kept()
    {
        var sample = _scratch.Sub("sample");
        await File.WriteAllTextAsync(Path.Combine(sample, ".gitlab-ci.yml"), "job:\n  script: echo \"found $((40 + 2))\"\n", TestContext.Current.CancellationToken);
        string[] command = ["demo", "--once", "--listen", "127.0.0.1:0", "--sample", sample, "--data", _scratch.Sub("data")];

        var first = await RunningProcess.RunAsync(GantryBinary.Path, command, folder: _scratch.Path);
        var second = await RunningProcess.RunAsync(GantryBinary.Path, command, folder: _scratch.Path);

        Assert.Contains("Pipeline #1: success", first, StringComparison.Ordinal);
        Assert.Contains("found 42", second, StringComparison.Ordinal);
        Assert.Contains("Pipeline #2: success", second, StringComparison.Ordinal);
        Assert.DoesNotContain(":0/", second, StringComparison.Ordinal);
    }
}
