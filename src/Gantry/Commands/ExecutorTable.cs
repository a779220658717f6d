using Gantry.Engine.Executors;
using Gantry.Executors;
using Gantry.Executors.Autoscaling;
using Gantry.Executors.Custom;
using Gantry.Executors.Docker;
using Gantry.Executors.DockerSsh;
using Gantry.Executors.Kubernetes;
using Gantry.Executors.Machines;
using Gantry.Executors.Shell;
using Gantry.Executors.Ssh;
using Gantry.Executors.VirtualMachines.Parallels;
using Gantry.Executors.VirtualMachines.VirtualBox;
using Gantry.Runner.Configuration;
using Microsoft.Extensions.Logging;

namespace Gantry.Commands;

/// <summary>The executors of this build: a list literal, found by the name used in <c>config.toml</c>.</summary>
internal static class ExecutorTable
{
    private static readonly ExecutorKind[] Kinds =
    [
        new("shell", ShellExecutor.ShellTraits, (_, host) => new ShellExecutor(host.User, host.WorkingFolder, TimeProvider.System)),
        new("docker", DockerExecutor.KindTraits, (entry, host) => Docker(entry, host, DockerSettingsReader.Read(entry))),
        new("docker-windows", DockerExecutor.WindowsTraits, (entry, host) => Docker(entry, host, DockerSettingsReader.Read(entry))),
        new("docker+machine", DockerExecutor.KindTraits, (entry, host) =>
        {
            var docker = DockerSettingsReader.Read(entry);
            return new MachineExecutor(
                "docker+machine", MachineSettingsReader.Read(entry), Docker(entry, host, docker).Traits, host.Machines, machine => Docker(entry, host, On(machine, docker)));
        }),
        new("docker-autoscaler", DockerExecutor.KindTraits, (entry, host) =>
        {
            var docker = DockerSettingsReader.Read(entry);
            return new DockerAutoscalerExecutor(
                AutoscalerSettingsReader.Read(entry, host.HomeFolder, host.ConfigFolder), docker.Host, Docker(entry, host, docker).Traits, host.Fleet,
                engine => Docker(
                    entry, host,
                    docker with { Host = "", CgroupParent = engine.Cgroup ?? docker.CgroupParent, ServiceCgroupParent = engine.ServiceCgroup ?? docker.ServiceCgroupParent },
                    engine.Tunnel));
        }),
        new("instance", InstanceExecutor.KindTraits, (entry, host) => new InstanceExecutor(
            AutoscalerSettingsReader.ReadInstance(entry, host.HomeFolder, host.ConfigFolder), host.Fleet, host.Loggers.CreateLogger<InstanceExecutor>())),
        new("docker-ssh", DockerSshExecutor.KindTraits, (entry, host) => DockerSsh(entry, host, DockerSettingsReader.Read(entry))),
        new("docker-ssh+machine", DockerSshExecutor.KindTraits, (entry, host) =>
        {
            var docker = DockerSettingsReader.Read(entry);
            return new MachineExecutor(
                "docker-ssh+machine", MachineSettingsReader.Read(entry), DockerSshExecutor.KindTraits, host.Machines,
                machine => DockerSsh(entry, host, On(machine, docker), MachineDoor.Of(MachineLogin.Of(machine))));
        }),
        new("custom", CustomExecutor.KindTraits, (entry, host) => new CustomExecutor(
            CustomSettingsReader.Read(entry), TimeProvider.System, host.Loggers.CreateLogger<CustomExecutor>())),
        new("ssh", SshExecutor.KindTraits, (entry, host) => new SshExecutor(
            SshSettingsReader.Read(entry, host.HomeFolder), TimeProvider.System, host.Loggers.CreateLogger<SshExecutor>())),
        new("kubernetes", KubernetesExecutor.KindTraits, (entry, host) => new KubernetesExecutor(
            KubernetesSettingsReader.Read(entry), entry.Settings.BuildsFolder, host.Kubernetes, $"{entry.Settings.Version.Name}/{entry.Settings.Version.Version}",
            TimeProvider.System, host.Loggers.CreateLogger<KubernetesExecutor>())),
        new("virtualbox", VirtualBoxExecutor.KindTraits, (entry, host) => new VirtualBoxExecutor(
            VirtualBoxSettingsReader.Read(entry, host.HomeFolder), ExecutorHost.VirtualMachines, TimeProvider.System, host.Loggers.CreateLogger<VirtualBoxExecutor>())),
        new("parallels", ParallelsExecutor.KindTraits, (entry, host) => new ParallelsExecutor(
            ParallelsSettingsReader.Read(entry, host.HomeFolder), ExecutorHost.VirtualMachines, TimeProvider.System, host.Loggers.CreateLogger<ParallelsExecutor>())),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Kinds.Select(kind => kind.Name)];

    /// <summary>What to say about an executor that is not there.</summary>
    public static string Refusal(string name) => $"Unknown executor: {name}; this version of Gantry has: {string.Join(", ", Names)}";

    public static ExecutorKind? Find(string name) => Kinds.FirstOrDefault(kind => kind.Name == name);

    public static IReadOnlyDictionary<string, Func<RunnerEntry, IExecutor>> For(ExecutorHost host) =>
        Kinds.ToDictionary(kind => kind.Name, kind => (Func<RunnerEntry, IExecutor>)(entry => kind.Open(entry, host)));

    private static DockerSettings On(MachineAccess machine, DockerSettings docker) =>
        docker with { Host = machine.Url, TlsCertPath = machine.CertificatePath, TlsVerify = true };

    private static DockerSshExecutor DockerSsh(RunnerEntry entry, ExecutorHost host, DockerSettings docker, SshSettings? through = null) => new(
        Docker(entry, host, docker), SshSettingsReader.ReadForContainers(entry, host.HomeFolder), TimeProvider.System, host.Loggers.CreateLogger<SshExecutor>())
    {
        Through = through,
    };

    private static DockerExecutor Docker(RunnerEntry entry, ExecutorHost host, DockerSettings settings, IEngineTunnel? tunnel = null) =>
        new(settings, entry.Settings.BuildsFolder, host.Docker, TimeProvider.System, host.Loggers.CreateLogger<DockerExecutor>(), tunnel);
}

/// <summary>One executor: what it can do before there is an entry, and how it is bound to one.</summary>
internal sealed record ExecutorKind(string Name, ExecutorTraits Traits, Func<RunnerEntry, ExecutorHost, IExecutor> Open);
