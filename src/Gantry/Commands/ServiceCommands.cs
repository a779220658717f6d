using Gantry.CommandLine;
using Gantry.Engine;
using Gantry.Runner.Configuration;
using Gantry.Services;

namespace Gantry.Commands;

/// <summary><c>install uninstall start stop restart status</c> (official-cli-config §1.3.11).</summary>
internal static class ServiceCommands
{
    public const string DefaultName = ServiceHost.DefaultName;

    public static Command Install()
    {
        var flags = new FlagSet();
        var common = new ServiceFlags(flags);
        var folder = flags.Text("working-directory, d", "folder to work in (default: the current one)");
        var config = RunnerTools.ConfigFlag(flags);
        var syslog = flags.OptionalSwitch("syslog", "also log to the system log (default: true; systemd keeps the log by itself)", "LOG_SYSLOG");
        var user = flags.Text("user, u", "user whose shell runs the jobs; on Windows the account of the service");
        var password = flags.Text("password, p", "password of the account (Windows)");
        var init = flags.Text("init-user, i", "user the service itself runs as");
        return Make("install", "install service", flags, async (context, cancellationToken) =>
        {
            var system = common.System(context);
            CheckUsers(context, user.Value, init.Value);
            var configPath = init.Value.Length > 0 && !config.IsSet
                ? Path.Combine(UserHome.Find(init.Value) ?? throw new CommandException($"there is no user {init.Value}"), "config.toml")
                : RunnerTools.ConfigPath(context, config);
            EnsureConfig(configPath);
            var working = Path.GetFullPath(folder.Value.Length > 0 ? folder.Value : ".", context.Host.WorkingFolder);
            var service = new ServiceDefinition
            {
                Name = common.Name,
                Executable = context.Host.ExecutablePath,
                Arguments =
                [
                    "run", .. RunFlags(system, working, configPath, common.Name, syslog.Value),
                    .. user.Value.Length > 0 && !OperatingSystem.IsWindows() ? (string[])["--user", user.Value] : [],
                ],
                Account = OperatingSystem.IsWindows() ? user.Value : init.Value,
                Password = new Secret(password.Value),
                WorkingFolder = working,
            };
            await new ServiceHost(system).InstallAsync(service, cancellationToken);
            return 0;
        });
    }

    /// <summary>What the service's command line says in any case.</summary>
    /// <param name="system">systemd writes what a service prints to the system's log already.</param>
    /// <param name="working">The folder to work in.</param>
    /// <param name="config">The configuration file.</param>
    /// <param name="name">Of the service.</param>
    /// <param name="syslog">Null when not given.</param>
    internal static IReadOnlyList<string> RunFlags(IServiceSystem system, string working, string config, string name, bool? syslog) =>
    [
        "--working-directory", working, "--config", config, "--service", name,
        .. system is not Systemd && syslog != false ? (string[])["--syslog"] : [],
    ];

    public static Command Uninstall()
    {
        var flags = new FlagSet();
        var common = new ServiceFlags(flags);
        return Make("uninstall", "uninstall service", flags, async (context, cancellationToken) =>
        {
            var system = common.System(context);
            await new ServiceHost(system).UninstallAsync(common.Service(context, system), cancellationToken);
            return 0;
        });
    }

    public static Command Start() => Steer("start", "start service", ServiceAction.Start);

    public static Command Stop() => Steer("stop", "stop service", ServiceAction.Stop);

    public static Command Restart() => Steer("restart", "restart service", ServiceAction.Restart);

    private static Command Steer(string name, string summary, ServiceAction action)
    {
        var flags = new FlagSet();
        var common = new ServiceFlags(flags);
        return Make(name, summary, flags, async (context, cancellationToken) =>
        {
            var system = common.System(context);
            await new ServiceHost(system).RunAllAsync(action, common.Service(context, system), cancellationToken);
            return 0;
        });
    }

    private static Command Make(string name, string summary, FlagSet flags, Func<CommandContext, CancellationToken, Task<int>> run) =>
        new(name, summary, flags, run) { Group = CommandGroup.Service, NamesPlatform = true };

    private static void CheckUsers(CommandContext context, string user, string init)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        if (!context.Host.IsRoot)
        {
            if (user.Length > 0 || init.Length > 0)
            {
                throw new CommandException("--user and --init-user need root: run this command with sudo");
            }

            return;
        }

        if (user.Length > 0 && init.Length > 0)
        {
            throw new CommandException("Only one of 'user' or 'init-user' can be specified.");
        }

        if (user.Length == 0 && init.Length == 0)
        {
            throw new CommandException(
                "Please specify user that will run gitlab-runner service: --user NAME runs the jobs as that user, --init-user NAME the service itself");
        }
    }

    // As the official command: a service whose file is missing would only wait for it.
    private static void EnsureConfig(string path)
    {
        if (!File.Exists(path))
        {
            ConfigFile.CreateEmpty(path);
        }
    }
}

/// <summary>The flags that all service commands have.</summary>
internal sealed class ServiceFlags(FlagSet flags)
{
    private readonly FlagValue<string> _name = flags.Text("service, n", "name of the service", initial: ServiceCommands.DefaultName);
    private readonly FlagValue<bool> _user = flags.Switch("user-service", "the user's own service rather than the system's (not as root)");

    /// <summary>Of a service to install.</summary>
    public string Name => _name.Value;

    /// <summary>Of a service that is there already.</summary>
    public string NameOn(IServiceSystem? system) => _name.IsSet || system is null ? Name : ServiceHost.UsualName(system);

    /// <exception cref="CommandException">Nothing we know starts services here.</exception>
    public IServiceSystem System(CommandContext context)
    {
        if (_user.Value && context.Host.IsRoot)
        {
            throw new CommandException("--user-service is for users other than root");
        }

        return ServiceHost.Detect(context.Host)
            ?? throw new CommandException("No service system detected. Start the daemon yourself: gantry run");
    }

    public ServiceDefinition Service(CommandContext context, IServiceSystem system) => new()
    {
        Name = NameOn(system),
        Executable = context.Host.ExecutablePath,
        WorkingFolder = context.Host.WorkingFolder,
    };
}
