using System.Globalization;

namespace Gantry.Engine.Running;

/// <summary>
/// Where a job's time went, as one line near the end of its log: <c>Phases: prepare 0.12 s | sources 0.03 s | …</c>. It stands before
/// the verdict, outside of sections, so whoever reads the official log finds everything where it was.
/// </summary>
internal sealed class JobPhases(TimeProvider time)
{
    /// <summary>The job variable that hides the line when it is false.</summary>
    public const string Switch = "GANTRY_PHASES";

    private readonly List<(string Phase, TimeSpan Time)> _phases = [];
    private string? _phase;
    private long _since;

    /// <summary>A stage begins, and what went before it ends. Phases that come back are added up.</summary>
    /// <param name="stage">Name of a stage; <c>prepare_executor</c> before the first.</param>
    public void Enter(string stage) => Change(PhaseOf(stage));

    /// <summary>Ends the last phase. Null when nothing began.</summary>
    public string? End()
    {
        Change(null);
        return _phases.Count == 0
            ? null
            : "Phases: " + string.Join(" | ", _phases.Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Phase} {each.Time.TotalSeconds:0.00} s")));
    }

    private void Change(string? phase)
    {
        if (_phase is { } before)
        {
            var (at, passed) = (_phases.FindIndex(each => each.Phase == before), time.GetElapsedTime(_since));
            if (at < 0)
            {
                _phases.Add((before, passed));
            }
            else
            {
                _phases[at] = (before, _phases[at].Time + passed);
            }
        }

        (_phase, _since) = (phase, time.GetTimestamp());
    }

    private static string PhaseOf(string stage) => stage switch
    {
        "prepare_executor" or "prepare_script" => "prepare",
        "get_sources" or "clear_worktree" => "sources",
        "restore_cache" or "download_artifacts" => "download",
        _ when stage.StartsWith("archive_cache", StringComparison.Ordinal) || stage.StartsWith("upload_artifacts", StringComparison.Ordinal) => "upload",
        _ when stage.StartsWith("cleanup", StringComparison.Ordinal) => "cleanup",
        _ => "script",
    };
}
