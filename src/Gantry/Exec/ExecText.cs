using System.Globalization;
using Gantry.Coordinator.Local;
using Gantry.Logs;

namespace Gantry.Exec;

/// <summary>Words for states, times and results.</summary>
internal static class ExecText
{
    /// <summary>What scripts print, and what went wrong; the runner's own talk is left out.</summary>
    public static bool IsOfTheUser(StoredLine line)
    {
        if (line.IsTitle)
        {
            return false;
        }

        var text = PlainText.WithoutEscapes(line.Text);
        return line.Section.StartsWith("step_", StringComparison.Ordinal) || line.Section is "after_script"
            || text.StartsWith("ERROR: ", StringComparison.Ordinal) || text.StartsWith("WARNING: ", StringComparison.Ordinal);
    }

    public static string State(LocalJob job)
    {
        var state = job.Status;
        if (job is { Status: "failed" })
        {
            state = job.AllowFailure ? "failed, which is allowed" : "failed";
            state += job.FailureReason is { } reason ? $": {reason}" : "";
            state += job.ExitCode is { } code and not 0 ? $", exit code {code}" : "";
        }

        if (job.IsRetried)
        {
            state += ", is tried again";
        }

        return Elapsed(job) is { } time ? $"{state}, {Duration(time)}" : state;
    }

    /// <summary>Null while a job has no end.</summary>
    public static TimeSpan? Elapsed(LocalJob job) => job is { StartedAt: { } start, FinishedAt: { } end } ? end - start : null;

    public static string Duration(TimeSpan time) => time.TotalSeconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s");

    public static string Mark(string status) => status switch
    {
        "success" => "✓",
        "failed" => "✗",
        "canceled" or "canceling" => "■",
        "skipped" => "»",
        "manual" => "▷",
        "running" => "●",
        "scheduled" => "◷",
        _ => "○",
    };
}
