using System.Text;
using Gantry.CommandLine;
using Gantry.Engine.Processes;

namespace Gantry.Services;

/// <summary>Installs and steers a service with the system that is there.</summary>
internal sealed class ServiceHost(IServiceSystem system)
{
    /// <summary>Of the service that <c>install</c> makes.</summary>
    public const string DefaultName = "gitlab-runner";

    /// <summary>Of the service that the .deb and the .rpm bring.</summary>
    public const string PackageName = "gantry";

    private const int OutputLimit = 64 * 1024;

    /// <summary>The system of this machine; null when there is none we know.</summary>
    public static IServiceSystem? Detect(HostFacts host)
    {
        if (OperatingSystem.IsWindows())
        {
            return new WindowsServices();
        }

        if (OperatingSystem.IsMacOS())
        {
            return host.IsRoot
                ? new Launchd("/Library/LaunchDaemons", "/Library/Logs")
                : new Launchd(Path.Combine(host.Home, "Library", "LaunchAgents"), Path.Combine(host.Home, "Library", "Logs"));
        }

        if (Directory.Exists("/run/systemd/system"))
        {
            return host.IsRoot
                ? new Systemd("/etc/systemd/system", ofUser: false)
                : new Systemd(Path.Combine(host.Home, ".config", "systemd", "user"), ofUser: true);
        }

        return Directory.Exists("/etc/init.d") ? new SysV() : null;
    }

    /// <summary>The service that commands without <c>--service</c> mean: the one <c>install</c> makes; where there is none, that of the package.</summary>
    public static string UsualName(IServiceSystem system) =>
        !system.PlacesOf(DefaultName).Any(File.Exists) && system.PlacesOf(PackageName).Any(File.Exists)
            ? PackageName
            : DefaultName;

    /// <exception cref="CommandException">There is such a service already, or the system refuses.</exception>
    public async Task InstallAsync(ServiceDefinition service, CancellationToken cancellationToken)
    {
        if (system.FileOf(service.Name) is { } file)
        {
            if (File.Exists(file))
            {
                throw new CommandException($"Failed to install {service.Name}: Init already exists: {file}");
            }

            Write(file, system.Text(service));
        }

        await RunAllAsync(ServiceAction.Install, service, cancellationToken);
    }

    /// <exception cref="CommandException">There is no such service, or the system refuses.</exception>
    public async Task UninstallAsync(ServiceDefinition service, CancellationToken cancellationToken)
    {
        var file = system.FileOf(service.Name);
        if (file is not null && !File.Exists(file))
        {
            throw new CommandException($"Failed to uninstall {service.Name}: the service is not installed ({file} does not exist)");
        }

        await RunAllAsync(ServiceAction.Uninstall, service, cancellationToken);
        if (file is not null)
        {
            File.Delete(file);
        }
    }

    /// <exception cref="CommandException">The system refuses.</exception>
    public async Task RunAllAsync(ServiceAction action, ServiceDefinition service, CancellationToken cancellationToken)
    {
        foreach (var words in system.Commands(action, service))
        {
            var (exit, output) = await RunAsync(words, cancellationToken);
            if (exit != 0)
            {
                throw new CommandException($"Failed to {action.ToString().ToLowerInvariant()} {service.Name}: {words[0]}: {output.Trim()}");
            }
        }
    }

    public async Task<ServiceStatus> StatusAsync(ServiceDefinition service, CancellationToken cancellationToken)
    {
        if (system.PlacesOf(service.Name) is { Count: > 0 } places && !places.Any(File.Exists))
        {
            return ServiceStatus.Unknown;
        }

        var (exit, output) = await RunAsync(system.Commands(ServiceAction.Status, service)[0], cancellationToken);
        return system.Status(exit, output);
    }

    private void Write(string file, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, system.FileMode);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file} cannot be written: {problem.Message}");
        }
    }

    private static async Task<(int Exit, string Output)> RunAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        try
        {
            var run = await ChildProcess.RunAsync(
                new ProcessStart { FileName = words[0], Arguments = [.. words.Skip(1)] }, OutputLimit, cancellationToken);
            var output = Encoding.UTF8.GetString(run.Output);
            return (run.Exit.Code, run.Exit.IsSuccess ? output : output + run.Error);
        }
        catch (ProcessException problem)
        {
            return (-1, problem.Message);
        }
        catch (PlatformNotSupportedException)
        {
            throw new CommandException($"this build cannot start programs on Windows; run it yourself:\n  {string.Join(' ', words)}");
        }
    }
}
