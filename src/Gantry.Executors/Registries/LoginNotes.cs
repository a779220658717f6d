using Gantry.Engine.Traces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Registries;

/// <summary>Notes about registry logins: details for the operator, problems for the user.</summary>
internal sealed partial class LoginNotes(IJobLog log, ILogger logger) : ILoginNotes
{
    public void Debug(string text) => Log.Note(logger, text);

    public void Warning(string text) => log.Warning(text);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "{Text}")]
        public static partial void Note(ILogger logger, string text);
    }
}
