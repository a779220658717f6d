namespace Gantry.Logging;

/// <summary>Formats of the process log (official-cli-config §3.8).</summary>
internal enum LogFormat
{
    Runner,
    Text,
    Json,
}
