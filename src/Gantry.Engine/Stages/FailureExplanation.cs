using System.Globalization;
using Gantry.Engine.Executors;

namespace Gantry.Engine.Stages;

/// <summary>Says to the user which line of a script failed and what its exit code usually means.</summary>
internal static class FailureExplanation
{
    /// <returns>Null when there is nothing to say beyond the exit code itself.</returns>
    public static string? Of(ScriptLine? line, ScriptExit exit)
    {
        var meaning = Meaning(exit);
        if (line is null)
        {
            return meaning is null ? null : $"{exit.Text}: {meaning}";
        }

        var where = line.Section switch
        {
            "pre_build_script" or "post_build_script" => $"{line.Section} of the runner's configuration",
            "after_script_step" => Position(line, "after_script"),
            _ => Position(line, "the script"),
        };
        var more = line.Text.Length > line.FirstLine.Length ? " ..." : "";
        return $"{where} failed with {exit.Text}{(meaning is null ? "" : ": " + meaning)}\n  $ {line.FirstLine}{more}";
    }

    private static string Position(ScriptLine line, string script) => line.Count == 1
        ? $"the only line of {script}"
        : string.Create(CultureInfo.InvariantCulture, $"line {line.Number} of {line.Count} of {script}");

    private static string? Meaning(ScriptExit exit) => exit.Code switch
    {
        126 => "a command was found but could not be run (not executable, or made for another system)",
        127 => "a command was not found (not installed in this place, or not on PATH)",
        130 => "interrupted (SIGINT)",
        134 => "aborted (SIGABRT)",
        137 => Killed(exit),
        139 => "segmentation fault (SIGSEGV)",
        141 => "a command of a pipeline closed its input early (SIGPIPE)",
        143 => "terminated (SIGTERM)",
        _ when exit.Text == "signal: killed" => Killed(exit),
        _ => exit.Evidence,
    };

    private static string Killed(ScriptExit exit) => exit.Evidence is { } evidence
        ? $"killed (SIGKILL); {evidence}"
        : "killed (SIGKILL): most often for lack of memory, else by somebody; the runner did not do it and knows of no such kill for lack of memory";
}
