using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Links;

// The official texts (official-cli-config §3.8.1); their fields come from LogFields scopes.
internal static partial class ClientLog
{
    /// <summary>The fields of every result line. A result that is no failure carries no <c>status</c>.</summary>
    public static IDisposable? Fields(ILogger logger, string runner, GitLabAnswer answer, bool failed) => failed
        ? LogFields.With(logger, ("correlation_id", answer.CorrelationId), ("runner", runner), ("status", answer.StatusText))
        : LogFields.With(logger, ("correlation_id", answer.CorrelationId), ("runner", runner));

    [LoggerMessage(LogLevel.Debug, "{prefix}{result}")]
    public static partial void Quiet(ILogger logger, string prefix, string result);

    [LoggerMessage(LogLevel.Information, "{prefix}{result}")]
    public static partial void Done(ILogger logger, string prefix, string result);

    [LoggerMessage(LogLevel.Warning, "{prefix}{result}")]
    public static partial void Doubtful(ILogger logger, string prefix, string result);

    [LoggerMessage(LogLevel.Error, "{prefix}{result}")]
    public static partial void Failed(ILogger logger, string prefix, string result);
}
