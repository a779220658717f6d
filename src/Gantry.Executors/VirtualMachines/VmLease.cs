using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Ssh;
using Gantry.Protocol.Runners;

namespace Gantry.Executors.VirtualMachines;

/// <summary>Which machine a job gets, and what becomes of it afterwards.</summary>
internal sealed record VmLease
{
    private const string NameKey = "machine";
    private const string KeepKey = "keep";

    /// <summary>The name used in <c>config.toml</c>.</summary>
    public required string Executor { get; init; }

    public required ExecutorTraits Traits { get; init; }

    public required VmOrder Order { get; init; }

    /// <summary>It stays for the next job, which begins with its state of the first day.</summary>
    public required bool Keeps { get; init; }

    /// <summary>How to get in; where is only known when it runs.</summary>
    public required SshSettings Ssh { get; init; }

    /// <summary>Of what machines the name is one: those of a program.</summary>
    public required string Program { get; init; }

    public string Turn => $"{Program} machine {Order.Name}";

    public IReadOnlyDictionary<string, string> Handle => new Dictionary<string, string>
    {
        [NameKey] = Order.Name,
        [KeepKey] = Keeps ? "true" : "false",
    };

    /// <summary>What both executors have in common (official-executors §1.2).</summary>
    public static ExecutorTraits CommonTraits { get; } = new()
    {
        DefaultBuildsFolder = "builds",
        DefaultCacheFolder = "cache",
        FoldersComeLater = true,
        SharedBuildsFolder = false,
        SharedEnvironment = false,
        CustomBuildDirAllowed = false,
        SafeDirectoryCheckout = true,
        CleanGitConfig = true,
        DefaultShell = "bash",
        NamesRunnerHost = true,
        // Names the program's version, which only it knows.
        Announcement = null,
        Features = new RunnerFeatures { Variables = true },
    };

    /// <summary>The machine of a runner's slot, which the next job on that slot finds again.</summary>
    public static string KeptName(string original, JobPlan plan) => string.Create(
        CultureInfo.InvariantCulture, $"{original}-runner-{plan.Runner.ShortToken}-concurrent-{plan.Numbers.Runner}");

    /// <summary>For what is left of a job.</summary>
    public VmLease Of(EnvironmentHandle handle) => this with
    {
        Order = Order with { Name = handle.Values.GetValueOrDefault(NameKey, "") },
        Keeps = handle.Values.GetValueOrDefault(KeepKey) == "true",
    };
}
