using Gantry.CommandLine;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.Runner.Registration;
using Microsoft.Extensions.Logging;

namespace Gantry.Commands;

/// <summary>What the commands about runner entries share: the configuration flag and the rooms' tools.</summary>
internal static class RunnerTools
{
    /// <summary><c>--config</c>; empty means the official place.</summary>
    public static FlagValue<string> ConfigFlag(FlagSet flags) => flags.Text("config, c", "configuration file", "CONFIG_FILE");

    public static string ConfigPath(CommandContext context, FlagValue<string> flag) =>
        Path.GetFullPath(flag.Value.Length > 0 ? flag.Value : context.Host.ConfigurationFile, context.Host.WorkingFolder);

    /// <summary><c>--state-dir</c> of the daemon and of the commands that talk to it.</summary>
    public static FlagValue<string> StateFlag(FlagSet flags) => flags.Text("state-dir", "folder of Gantry's own state", "GANTRY_STATE_DIR");

    public static string StateFolder(CommandContext context, FlagValue<string> state, string configPath) =>
        Path.GetFullPath(state.Value.Length > 0 ? state.Value : context.Host.StateFolderOf(configPath), context.Host.WorkingFolder);

    public static SettingsContext Settings(CommandContext context) => new()
    {
        Environment = name => context.Environment.GetValueOrDefault(name),
        CertificatesFolder = Path.Combine(context.Host.ConfigurationFolder, "certs"),
        HostName = context.Host.HostName,
        ExecutablePath = context.Host.ExecutablePath,
        Version = context.Host.Version,
    };

    /// <summary>Runs a command of the registration room and turns its complaints into this program's.</summary>
    public static async Task<int> UseAsync(
        CommandContext context, Func<RegistrationTools, CancellationToken, Task> use, CancellationToken cancellationToken)
    {
        using var clients = new GitLabClients(context.Host.Version, context.Time, context.Loggers.CreateLogger<GitLabClient>());
        var tools = new RegistrationTools
        {
            Context = Settings(context),
            Clients = clients,
            Time = context.Time,
            Logger = context.Loggers.CreateLogger("Gantry.Runner.Registration"),
            Traits = name => ExecutorTable.Find(name)?.Traits,
        };
        try
        {
            await use(tools, cancellationToken);
            return 0;
        }
        catch (RunnerCommandException error)
        {
            throw new CommandException(error.Message);
        }
        catch (ConfigurationException error)
        {
            throw new CommandException(error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(error.Message);
        }
    }
}
