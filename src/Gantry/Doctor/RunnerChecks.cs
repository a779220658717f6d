using System.Globalization;
using Gantry.CommandLine;
using Gantry.Commands;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Autoscaling;
using Gantry.Executors.Docker;
using Gantry.Executors.Kubernetes;
using Gantry.Executors.Ssh;
using Gantry.Executors.VirtualMachines.Parallels;
using Gantry.Executors.VirtualMachines.VirtualBox;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Doctor;

/// <summary>One entry of the file: its server, its token, its executor.</summary>
internal sealed class RunnerChecks(CommandContext context, RunnerEntry entry, string systemId, CheckReport report)
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SoonEnding = TimeSpan.FromDays(14);

    public async Task RunAsync(MachineChecks machine, CancellationToken cancellationToken)
    {
        var facts = await new ServerProbe(entry.Endpoint, context.Time, NullLogger.Instance).RunAsync(cancellationToken);
        Server(facts);
        if (facts.Failed is null)
        {
            Clock(facts);
            await TokenAsync(cancellationToken);
        }

        switch (entry.Settings.Executor)
        {
            case "shell":
                await machine.CheckShellAsync(entry.Settings.Shell ?? "bash", cancellationToken);
                machine.CheckDisk("builds", entry.Settings.BuildsFolder ?? Path.Combine(context.Host.WorkingFolder, "builds"));
                break;
            case "docker" or "docker-windows" or "docker-ssh":
                Login();
                await DockerAsync(facts.Host, cancellationToken);
                break;
            case "docker+machine" or "docker-ssh+machine":
                Machines(machine);
                break;
            case "instance" or "docker-autoscaler":
                await InstancesAsync(cancellationToken);
                break;
            case "custom":
                Driver(machine);
                break;
            case "ssh":
                var ssh = new SshExecutor(SshSettingsReader.Read(entry, context.Host.Home), context.Time, NullLogger<SshExecutor>.Instance);
                await ProbeAsync("correct [runners.ssh], or the host: jobs cannot run", ssh.ProbeAsync, cancellationToken);
                break;
            case "virtualbox":
                var virtualBox = new VirtualBoxExecutor(
                    VirtualBoxSettingsReader.Read(entry, context.Host.Home), ExecutorHost.VirtualMachines, context.Time, NullLogger<VirtualBoxExecutor>.Instance);
                await ProbeAsync("correct [runners.virtualbox] and [runners.ssh], or VirtualBox: jobs cannot run", virtualBox.ProbeAsync, cancellationToken);
                break;
            case "parallels":
                var parallels = new ParallelsExecutor(
                    ParallelsSettingsReader.Read(entry, context.Host.Home), ExecutorHost.VirtualMachines, context.Time, NullLogger<ParallelsExecutor>.Instance);
                await ProbeAsync("correct [runners.parallels] and [runners.ssh], or Parallels Desktop: jobs cannot run", parallels.ProbeAsync, cancellationToken);
                break;
            case "kubernetes":
                await KubernetesAsync(cancellationToken);
                break;
            case var name when ExecutorTable.Find(name) is null:
                report.Bad("executor", ExecutorTable.Refusal(name), "choose another executor, or remove the entry: it is not polled");
                break;
            default:
                break;
        }
    }

    /// <summary>Asks the executor for what its jobs need.</summary>
    private async Task ProbeAsync(string fix, Func<string, CancellationToken, Task<string>> probe, CancellationToken cancellationToken)
    {
        try
        {
            report.Good(entry.Settings.Executor, await probe(entry.Settings.Shell ?? "bash", cancellationToken));
        }
        catch (EnvironmentException problem)
        {
            report.Bad(entry.Settings.Executor, problem.Message, fix);
        }
    }

    private async Task KubernetesAsync(CancellationToken cancellationToken)
    {
        var settings = KubernetesSettingsReader.Read(entry);
        foreach (var problem in settings.Problems())
        {
            report.Bad("kubernetes settings", $"{problem.Key}: {problem.Message}", $"correct `{problem.Key}` in [runners.kubernetes]");
        }

        using var executor = new KubernetesExecutor(
            settings, entry.Settings.BuildsFolder, ExecutorSurroundings.Kubernetes(context), $"{entry.Settings.Version.Name}/{entry.Settings.Version.Version}", context.Time,
            NullLogger<KubernetesExecutor>.Instance);
        await ProbeAsync(
            "correct [runners.kubernetes] or the kubeconfig file, and give the account the rights that docs/executors/kubernetes.md lists",
            (_, token) => executor.ProbeAsync(token), cancellationToken);
    }

    private void Machines(MachineChecks machine)
    {
        machine.CheckProgram("docker-machine", "docker-machine", "install GitLab's docker-machine into a folder of PATH: without it no machine is made");
        foreach (var (key, message) in MachineSettingsReader.Read(entry).Problems())
        {
            report.Bad("machine", $"{key} {message}".Trim(), "correct [runners.machine]: jobs cannot run");
        }

        Login();
    }

    /// <summary>Of the executors that enter containers by ssh: whether there is one; whether it fits, only a container knows.</summary>
    private void Login()
    {
        if (entry.Settings.Executor is "docker-ssh" or "docker-ssh+machine" && !SshSettingsReader.Read(entry, context.Host.Home).IsConfigured)
        {
            report.Bad("ssh", "[runners.ssh] is missing: jobs cannot run", "add the table [runners.ssh] with user and identity_file or password");
        }
    }

    private async Task InstancesAsync(CancellationToken cancellationToken)
    {
        var settings = AutoscalerSettingsReader.Read(entry, context.Host.Home, "");
        if (settings.Problems().ToList() is { Count: > 0 } problems)
        {
            foreach (var (key, message) in problems)
            {
                report.Bad("autoscaler", $"{key} {message}".Trim(), "correct [runners.autoscaler]: jobs cannot run");
            }

            return;
        }

        foreach (var thing in await new ScalerProbe(settings, ExecutorSurroundings.Plugins(context), context.Time).AskAsync(cancellationToken))
        {
            if (thing.Problem is { } problem)
            {
                report.Bad($"instance {thing.Name}", problem, "correct [runners.autoscaler], or the machine: jobs do not run there");
            }
            else
            {
                report.Good(thing.Name, thing.Facts!);
            }
        }
    }

    private void Driver(MachineChecks machine)
    {
        var settings = CustomSettingsReader.Read(entry);
        if (!settings.Run.Exists)
        {
            report.Bad("run_exec", "it is not set: jobs cannot run", "set `run_exec` in [runners.custom]");
        }

        foreach (var program in new[] { settings.Config, settings.Prepare, settings.Run, settings.Cleanup }.Where(p => p.Exists))
        {
            machine.CheckProgram(program.Key, program.FileName, $"correct `{program.Key}` in [runners.custom], or install the program");
        }
    }

    private void Server(ServerFacts facts)
    {
        var url = entry.Settings.Url;
        switch (facts.Failed)
        {
            case null:
                report.Good("server", $"{url} answers{(facts.Addresses.Count > 0 ? $" ({facts.Addresses[0]})" : " (through a proxy)")}");
                Certificate(facts);
                break;
            case ProbeStep.Address:
                report.Bad("server", $"{url}: {facts.Problem}", "correct `url` of the runner, such as https://gitlab.example.com/");
                break;
            case ProbeStep.Name:
                report.Bad("server", $"the name {facts.Host} cannot be looked up: {facts.Problem}", $"getent hosts {facts.Host}; correct /etc/resolv.conf or /etc/hosts, or `url`");
                break;
            case ProbeStep.Connection:
                report.Bad(
                    "server", string.Create(CultureInfo.InvariantCulture, $"{facts.Host}:{facts.Port} does not accept connections: {facts.Problem}"),
                    $"curl -v {url}; look at firewalls, at HTTPS_PROXY, and whether the server runs");
                break;
            case ProbeStep.Tls:
                report.Bad(
                    "TLS", facts.Problem,
                    $"openssl s_client -showcerts -connect {facts.Host}:{facts.Port} shows the chain; put the issuer's certificate (PEM) into "
                    + $"{Path.Combine(context.Host.ConfigurationFolder, "certs", facts.Host + ".crt")}, or name it as `tls-ca-file`");
                break;
            default:
                report.Bad("server", $"{url}: {facts.Problem}", $"curl -v {url}/api/v4/version");
                break;
        }
    }

    private void Certificate(ServerFacts facts)
    {
        if (facts.CertificateEnds is not { } ends)
        {
            return;
        }

        var left = ends - context.Time.GetUtcNow().UtcDateTime;
        var text = $"{facts.TlsVersion}, certificate of {facts.CertificateIssuer} until {ends.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}"
            + (facts.CaFile is null ? "" : $", authorities of {facts.CaFile}");
        if (left < SoonEnding)
        {
            report.Warn("TLS", text, "the server's certificate ends soon: tell its administrator");
        }
        else
        {
            report.Good("TLS", text);
        }
    }

    private void Clock(ServerFacts facts)
    {
        if (facts.ClockSkew is not { } skew)
        {
            report.Skip("clock", "the server does not tell the time");
        }
        else if (skew.Duration() > ClockTolerance)
        {
            report.Warn(
                "clock", $"{GoDuration.Format(TimeSpan.FromSeconds(Math.Round(skew.Duration().TotalSeconds)))} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the server: signed addresses and tokens may be refused",
                "timedatectl set-ntp true");
        }
        else
        {
            report.Good("clock", "agrees with the server");
        }
    }

    private async Task TokenAsync(CancellationToken cancellationToken)
    {
        if (!entry.HasToken)
        {
            report.Bad("token", "the entry has none and is not polled", "gantry register, or set `token`");
            return;
        }

        using var silent = LoggerFactory.Create(_ => { });
        using var clients = new GitLabClients(context.Host.Version, context.Time, silent.CreateLogger<GitLabClient>());
        var identity = RunnerIdentities.For(entry.Settings.Version, entry.Settings, ExecutorTable.Find(entry.Settings.Executor)?.Traits, entry.Facts);
        switch (await clients.For(entry.Endpoint).VerifyAsync(identity, systemId, cancellationToken))
        {
            case VerifyAnswer.Valid:
                report.Good("token", $"{entry.Settings.ShortToken} is accepted{Ending()}");
                break;
            case VerifyAnswer.Rejected:
                report.Bad("token", $"the server rejects {entry.Settings.ShortToken}", "the runner was deleted there, or its token reset: register it again, or gantry verify --delete");
                break;
            case VerifyAnswer.Unknown unknown:
                report.Bad("token", $"the server could not be asked: {unknown.StatusText}", $"curl -v {entry.Settings.Url}; is it a GitLab?");
                break;
            default:
                break;
        }
    }

    private string Ending() => entry.TokenExpiresAt is { } ends
        ? $", until {ends.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}"
        : "";

    private async Task DockerAsync(string server, CancellationToken cancellationToken)
    {
        var settings = DockerSettingsReader.Read(entry);
        foreach (var problem in settings.Problems())
        {
            report.Bad("docker settings", $"{problem.Key}: {problem.Message}", $"correct `{problem.Key}` in [runners.docker]");
        }

        using var probe = new EngineProbe(settings, ExecutorSurroundings.Docker(context), context.Time);
        var (facts, trouble) = await probe.AskAsync(cancellationToken);
        if (facts is null)
        {
            report.Bad(
                "Docker Engine", trouble ?? "no answer",
                "systemctl start docker; if it runs, the daemon's user must be in its group (usermod -aG docker USER), or `host` of [runners.docker] must name its socket");
            return;
        }

        report.Good("Docker Engine", facts);
        if (settings.Image.Length == 0)
        {
            report.Skip("image", "none is configured; jobs must name theirs");
            return;
        }

        if (!await probe.HasImageAsync(settings.Image, cancellationToken))
        {
            report.Skip("image", $"{settings.Image} is not on the engine yet; it is pulled by the first job");
            report.Skip("DNS in a container", $"needs an image: docker pull {settings.Image}");
            return;
        }

        report.Good("image", $"{settings.Image} is there");
        if (server.Length == 0 || Uri.CheckHostName(server) != UriHostNameType.Dns)
        {
            report.Skip("DNS in a container", "the server's address is no name");
        }
        else if (await probe.ResolveAsync(settings.Image, server, entry.Settings.Shell, cancellationToken) is { } unresolved)
        {
            report.Bad("DNS in a container", unresolved, "set `dns` in [runners.docker], or \"dns\" in the engine's daemon.json; `extra_hosts` for names of this machine only");
        }
        else
        {
            report.Good("DNS in a container", $"{server} is found");
        }
    }
}
