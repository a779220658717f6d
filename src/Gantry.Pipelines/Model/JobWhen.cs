namespace Gantry.Pipelines.Model;

/// <summary>When a job runs once everything it waits for is finished.</summary>
public enum JobWhen
{
    OnSuccess,
    OnFailure,
    Always,
    Manual,
    Delayed,

    /// <summary>In rules only: the job is not added.</summary>
    Never,
}

/// <summary>The words of <c>when</c>.</summary>
public static class JobWhenNames
{
    private static readonly Dictionary<string, JobWhen> ByName = new(StringComparer.Ordinal)
    {
        ["on_success"] = JobWhen.OnSuccess,
        ["on_failure"] = JobWhen.OnFailure,
        ["always"] = JobWhen.Always,
        ["manual"] = JobWhen.Manual,
        ["delayed"] = JobWhen.Delayed,
        ["never"] = JobWhen.Never,
    };

    public static string Keyword(this JobWhen when) => ByName.First(pair => pair.Value == when).Key;

    public static bool TryParse(string? text, out JobWhen when)
    {
        when = default;
        return text is not null && ByName.TryGetValue(text, out when);
    }
}
