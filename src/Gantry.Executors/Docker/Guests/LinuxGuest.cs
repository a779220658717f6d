using Gantry.Engine.Executors;
using Gantry.Engine.Shells;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Volumes;
using Gantry.Executors.Images;

namespace Gantry.Executors.Docker.Guests;

/// <summary>Linux, and FreeBSD as far as it is the same.</summary>
internal sealed class LinuxGuest : Guest
{
    public static readonly LinuxGuest Instance = new();

    private LinuxGuest()
    {
    }

    public override string Executor => "docker";

    public override VolumeText Volumes => VolumeText.Linux;

    public override bool KeepsFilesInContainer => false;

    public override bool NamesNeedNetwork => false;

    public override string Superuser => "0";

    public override IReadOnlyList<string> Terminate { get; } = ["sh", "-c", ContainerCommand.TerminateAll];

    public override IReadOnlyList<string> ShowSockets { get; } = ["cat", "/proc/net/tcp", "/proc/net/tcp6"];

    public override ExecutorTraits Traits(bool shared) => ContainerTraits.Of(shared);

    public override void Check(string engine, string? shell)
    {
        EngineRules.CheckSystem(engine);
        if (engine == "windows")
        {
            throw EnvironmentException.Misconfigured(
                "the engine runs Windows containers; set `executor = \"docker-windows\"` for this runner, or switch the engine to Linux containers");
        }
    }

    public override IReadOnlyList<string> ReadScript(string shell) => ContainerCommand.For(shell);

    public override string Empty(string folder) => $"if cd {BashQuoting.Exact(folder)} 2>/dev/null; then rm -rf -- ./* ./.[!.]* ./..?*; fi\n";

    public override IReadOnlyList<string> Interactive(string shell, string folder) => ContainerCommand.Interactive(folder);

    public override Task<IReadOnlyList<string>> EndInteractiveAsync(string mark, Func<Task<long>> process) => Task.FromResult<IReadOnlyList<string>>(
        ["sh", "-c", $"for p in /proc/[0-9]*; do if grep -qs '{mark}' $p/environ; then kill -9 ${{p#/proc/}}; fi; done"]);

    public override (IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Command) LookUp(string name, string? shell) =>
        (["/bin/sh", "-c"], ["getent hosts \"$0\" || nslookup \"$0\" || ping -c 1 -W 5 \"$0\"", name]);

    public override HashSet<int> Listening(string sockets) => ListeningPorts.Of(sockets);

    public override PlaceUsage Usage(ContainerUse use)
    {
        // As docker stats does: what the kernel could drop at once is not the job's. The key depends on the cgroup version.
        var cache = use.Memory?.Parts is { } parts ? parts.GetValueOrDefault("inactive_file", parts.GetValueOrDefault("total_inactive_file")) : 0;
        return new PlaceUsage(
            TimeSpan.FromTicks((use.Processor?.Usage?.Amount ?? 0) / TimeSpan.NanosecondsPerTick), Math.Max(0, (use.Memory?.Usage ?? 0) - cache));
    }
}
