using Gantry.Engine.Shells;

namespace Gantry.Engine.Stages;

/// <summary>Calls of the helper commands inside the job's place, guarded as GitLab guards them (official-job-protocol §8.4).</summary>
internal static class HelperCalls
{
    public const string TokenVariable = "CI_JOB_TOKEN";

    /// <summary>Writes <paramref name="body"/> where the helper works, and a warning where it does not.</summary>
    /// <param name="script">Takes the lines.</param>
    /// <param name="helper">Path or name of the helper; null where the place has none.</param>
    /// <param name="action">Such as <c>Uploading artifacts</c>.</param>
    /// <param name="body">Gets the helper's name.</param>
    public static void Guard(ScriptBuilder script, string? helper, string action, Action<ScriptBuilder, string> body)
    {
        if (helper is null)
        {
            script.Warning($"{action} is not supported by this executor.");
            return;
        }

        script.If(
            new Test.Succeeds(new Command([helper, "--version"]), ShowOutput: false),
            there => body(there, helper),
            missing => missing.Warning($"Missing {helper}. {action} is disabled."));
    }

    /// <summary>A helper command with the job token in its environment, not in its arguments.</summary>
    public static Command WithToken(string helper, string token, params IEnumerable<Word> arguments) =>
        new([helper, .. arguments]) { Environment = [(TokenVariable, token)] };

    /// <summary>Flag and value per item.</summary>
    public static IEnumerable<Word> Each(string flag, IEnumerable<string> values) =>
        values.SelectMany(value => new Word[] { flag, value });

    /// <summary>Flag and value, or nothing when the value is empty.</summary>
    public static IEnumerable<Word> Optional(string flag, string value) => value.Length == 0 ? [] : [flag, value];
}
