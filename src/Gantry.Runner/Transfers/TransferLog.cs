using Gantry.Engine.Archives;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Transfers;

/// <summary>Lines of the helper commands.</summary>
internal static partial class TransferLog
{
    public static void Notice(ILogger logger, ArchiveNotice notice)
    {
        if (notice.Level == NoticeLevel.Warning)
        {
            Warning(logger, notice.Text);
        }
        else
        {
            Note(logger, notice.Text);
        }
    }

    [LoggerMessage(LogLevel.Information, "{text}")]
    public static partial void Note(ILogger logger, string text);

    [LoggerMessage(LogLevel.Warning, "{text}")]
    public static partial void Warning(ILogger logger, string text);

    [LoggerMessage(LogLevel.Critical, "{text}")]
    public static partial void Fatal(ILogger logger, string text);

    [LoggerMessage(LogLevel.Error, "{text}")]
    public static partial void Error(ILogger logger, string text);
}
