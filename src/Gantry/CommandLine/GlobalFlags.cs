using Gantry.Logging;

namespace Gantry.CommandLine;

/// <summary>Flags that stand before the command (official-cli-config §1.2.1).</summary>
internal sealed class GlobalFlags
{
    public GlobalFlags()
    {
        Profile = Set.Text("cpuprofile", "not available in this program; use perf or dotnet-trace", "CPU_PROFILE");
        Debug = Set.Switch("debug", "debug mode", "RUNNER_DEBUG");
        LogFormat = Set.Text("log-format", "log format: runner, text, json", "LOG_FORMAT");
        LogLevel = Set.Text("log-level, l", "log level: debug, info, warn, error, fatal, panic", "LOG_LEVEL");
        Help = Set.Switch("help, h", "show help");
        Version = Set.Switch("version, v", "print the version");
    }

    public FlagSet Set { get; } = new();

    public FlagValue<bool> Help { get; }

    public FlagValue<bool> Version { get; }

    public bool LogSettingsGiven => Debug.IsSet || LogFormat.IsSet || LogLevel.IsSet;

    private FlagValue<string> Profile { get; }

    private FlagValue<bool> Debug { get; }

    private FlagValue<string> LogFormat { get; }

    private FlagValue<string> LogLevel { get; }

    /// <summary>Returns what is wrong, or null.</summary>
    public string? Apply(LineLoggerProvider logs)
    {
        if (Profile.Value.Length > 0)
        {
            return "--cpuprofile (CPU_PROFILE): this program writes no Go profiles; leave it out and use `perf record -p PID`";
        }

        if (LogFormat.IsSet)
        {
            if (LogNames.Format(LogFormat.Value) is not { } format)
            {
                return $"Error while setting up logging configuration: unknown log format \"{LogFormat.Value}\", expected one of: runner, text, json";
            }

            logs.Format = format;
        }

        if (LogLevel.IsSet)
        {
            if (LogNames.Level(LogLevel.Value) is not { } level)
            {
                return $"Error while setting up logging configuration: failed to parse log level \"{LogLevel.Value}\", expected one of: trace, debug, info, warn, error, fatal, panic";
            }

            logs.Level = level;
        }

        if (Debug.Value)
        {
            logs.Level = Microsoft.Extensions.Logging.LogLevel.Debug;
        }

        return null;
    }
}
