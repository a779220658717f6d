using Gantry.Engine;
using Gantry.Engine.Plans;

namespace Gantry.Benchmarks;

/// <summary>The runner entry of measured jobs.</summary>
internal static class BenchRunner
{
    public static RunnerSettings Of(string executor) => new()
    {
        Name = "bench",
        Url = "https://gitlab.example.com",
        Token = new Secret("glrt-bench"),
        ShortToken = "bench",
        SystemId = "s_bench",
        Executor = executor,
        HostName = "bench",
        ExecutablePath = "/bin/true",
        Version = new ProductVersion("gantry", "0.0.0", "bench", "linux", "amd64"),
    };
}
