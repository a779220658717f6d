using System.Globalization;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>
/// The variables of a job in precedence order: a later entry of the same key wins. Immutable.
/// Rules: official-job-protocol §5.1 (order) and §5.2 (expansion).
/// </summary>
public sealed class JobVariables(IReadOnlyList<JobVariable> all)
{
    /// <summary>The variable that names the folder of file variables.</summary>
    public const string TemporaryFolderKey = "RUNNER_TEMP_PROJECT_DIR";

    private const string ShellSpecialNames = "*#@!?0123456789";

    public IReadOnlyList<JobVariable> All { get; } = all;

    /// <summary>Phrases that must never reach a log: trimmed values of masked variables, without empties and repetitions.</summary>
    public IReadOnlyList<string> MaskPhrases =>
        [.. All.Where(v => v.Masked).Select(v => v.Value.Trim()).Where(v => v.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// What one service sees: the job's variables that are public or made by the runner, then its own, which may refer to
    /// any of the job's and to each other (§5.2, trap 27).
    /// </summary>
    public IReadOnlyList<JobVariable> ForService(IReadOnlyList<JobVariable> own) =>
    [
        .. All.Where(v => v.Public || v.Internal),
        .. new JobVariables(own).ExpandFrom(new JobVariables([.. All, .. own])).All,
    ];

    /// <summary><c>KEY=VALUE</c> in order; a file variable shows its path.</summary>
    public IEnumerable<string> AsEnvironment => All.Select(v => $"{v.Key}={ValueInEnvironment(v)}");

    /// <summary>What scripts see under this key: the value, or for a file variable its path. Empty when absent.</summary>
    public string Get(string key) => key switch
    {
        "$" => "$",
        [var only] when ShellSpecialNames.Contains(only, StringComparison.Ordinal) => "",
        _ => Last(key) is { } found ? ValueInEnvironment(found) : "",
    };

    /// <summary>The content under this key, also of file variables; null when absent.</summary>
    public string? Content(string key) => Last(key)?.Value;

    /// <summary>The lenient reading used by GitLab for switches: <c>1</c>, <c>t</c>, <c>true</c> in any case.</summary>
    public bool IsTrue(string key) => Get(key).ToLowerInvariant() switch
    {
        "t" or "true" => true,
        "f" or "false" or "" => false,
        var text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number == 1,
    };

    /// <summary>Replaces variable references in <paramref name="text"/>, once.</summary>
    public string ExpandValue(string text) => VariableExpansion.Expand(text, Get);

    /// <summary>Every value that is not raw, expanded against this list as it is: order does not matter, nothing is expanded twice.</summary>
    public JobVariables Expand() => ExpandFrom(this);

    /// <summary>Values of this list expanded with references into <paramref name="source"/>.</summary>
    public JobVariables ExpandFrom(JobVariables source) =>
        new([.. All.Select(v => v.Raw ? v : v with { Value = source.ExpandValue(v.Value) })]);

    /// <summary>This list with all entries of the given keys replaced by the given ones, at the end.</summary>
    public JobVariables With(params IReadOnlyList<JobVariable> changed)
    {
        var fresh = new JobVariables(changed).Distinct().All;
        var keys = fresh.Select(v => v.Key).ToHashSet(StringComparer.Ordinal);
        return new([.. All.Where(v => !keys.Contains(v.Key)), .. fresh]);
    }

    /// <summary>One entry per key, the one that wins, at the place of the last.</summary>
    public JobVariables Distinct()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return new([.. All.Reverse().Where(v => seen.Add(v.Key)).Reverse()]);
    }

    private JobVariable? Last(string key)
    {
        for (var i = All.Count - 1; i >= 0; i--)
        {
            if (All[i].Key == key)
            {
                return All[i];
            }
        }

        return null;
    }

    private string ValueInEnvironment(JobVariable variable) => variable.File
        ? GuestPath.Join(Content(TemporaryFolderKey) ?? "", variable.Key)
        : variable.Value;
}
