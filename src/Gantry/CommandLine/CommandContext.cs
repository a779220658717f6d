using Gantry.Logging;
using Gantry.Terminal;
using Microsoft.Extensions.Logging;

namespace Gantry.CommandLine;

/// <summary>What the composition root hands to a command: the outside world as it was at the start of the process.</summary>
internal sealed record CommandContext
{
    public required ITerminal Terminal { get; init; }

    /// <summary>Words behind the command's flags.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public required LineLoggerProvider Logs { get; init; }
    public required ILoggerFactory Loggers { get; init; }
    public required TimeProvider Time { get; init; }
    public required HostFacts Host { get; init; }

    /// <summary><c>--log-level</c> or <c>--log-format</c> was given: the file's values do not apply (§1.2.1).</summary>
    public required bool LogSettingsFixed { get; init; }
}
