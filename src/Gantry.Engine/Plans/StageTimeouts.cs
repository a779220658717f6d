namespace Gantry.Engine.Plans;

/// <summary>Limits of stages, from variables and from the runner entry (official-job-protocol §4.1, §4.4). Pure.</summary>
public static class StageTimeouts
{
    public const string ScriptVariable = "RUNNER_SCRIPT_TIMEOUT";
    public const string AfterScriptVariable = "RUNNER_AFTER_SCRIPT_TIMEOUT";

    public static readonly TimeSpan AfterScriptStandard = TimeSpan.FromMinutes(5);

    /// <summary>A limit a job sets in a variable; null means no clock of its own. The warning is for the job log.</summary>
    /// <param name="name">The variable; its content is read.</param>
    /// <param name="variables">The job's variables.</param>
    /// <param name="standard">What counts when the variable says nothing usable.</param>
    /// <param name="remaining">What is left of the job's time; null when the job has no limit.</param>
    public static (TimeSpan? Limit, string? Warning) FromVariable(string name, JobVariables variables, TimeSpan? standard, TimeSpan? remaining)
    {
        var text = variables.Content(name);
        if (string.IsNullOrEmpty(text))
        {
            return (standard, null);
        }

        if (!GoDuration.TryParse(text, out var limit))
        {
            return (standard, $"Ignoring malformed {name} timeout: {text}");
        }

        if (limit < TimeSpan.Zero)
        {
            return (standard, $"Ignoring relative {name} timeout: {text}");
        }

        if (limit > remaining)
        {
            // Trap 11: the standard counts, not the job's limit that the message promises.
            return (standard, $"{name} timeout: {text} is longer than job timeout. Setting to job timeout");
        }

        return (limit == TimeSpan.Zero ? standard : limit, null);
    }

    /// <summary>A limit of the runner entry (<c>prepare_timeout</c>, <c>get_sources_timeout</c>); the warning is for the operator's log.</summary>
    public static (TimeSpan Limit, string? Warning) FromSetting(string name, TimeSpan? setting, TimeSpan jobTimeout)
    {
        if (setting is not { } limit || limit == jobTimeout)
        {
            return (jobTimeout, null);
        }

        if (limit <= TimeSpan.Zero)
        {
            return (jobTimeout,
                $"{name} ({GoDuration.Format(limit)}) must be greater than 0; using job timeout ({GoDuration.Format(jobTimeout)})");
        }

        return limit > jobTimeout
            ? (jobTimeout, $"{name} ({GoDuration.Format(limit)}) exceeds job timeout ({GoDuration.Format(jobTimeout)}); using job timeout")
            : (limit, null);
    }
}
