using System.Text;
using Gantry.Engine.Traces;
using Microsoft.Extensions.Logging;

namespace Gantry.Logging;

/// <summary>Lines of the helper commands in a job's log, where the runner does their work itself (official-job-protocol §3.10).</summary>
internal static class JobLogLines
{
    public static ILogger LoggerTo(IJobLog log, TimeProvider time) =>
        new LineLoggerProvider(new LogWriter(log), time).CreateLogger("Gantry.Runner.Transfers");

    private sealed class LogWriter(IJobLog log) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write(value.ToString());

        // The helper's log is its standard error.
        public override void Write(string? value) => log.Write(LogStream.ScriptError, Encoding.UTF8.GetBytes(value ?? ""));
    }
}
