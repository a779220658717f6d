using Gantry.CommandLine;
using Microsoft.Extensions.Logging;

namespace Gantry.Commands;

/// <summary>Says whose configuration is used (official-cli-config §3.5). Nothing on Windows.</summary>
internal static partial class ModeNotice
{
    /// <param name="registers">The command changes the file; a daemon must be started besides.</param>
    public static void Write(CommandContext context, bool registers)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var logger = context.Loggers.CreateLogger("Gantry.Commands");
        if (context.Host.IsRoot)
        {
            Log.System(logger);
        }
        else
        {
            Log.User(logger);
            if (registers)
            {
                Log.StartYourself(logger);
                Log.Start(logger);
            }

            Log.UseSudo(logger);
            Log.Sudo(logger);
        }

        Log.Blank(logger);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Running in system-mode.")]
        public static partial void System(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Running in user-mode.")]
        public static partial void User(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "The user-mode requires you to manually start builds processing:")]
        public static partial void StartYourself(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "$ gantry run")]
        public static partial void Start(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Use sudo for system-mode:")]
        public static partial void UseSudo(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "$ sudo gantry...")]
        public static partial void Sudo(ILogger logger);

        [LoggerMessage(LogLevel.Information, "")]
        public static partial void Blank(ILogger logger);
    }
}
