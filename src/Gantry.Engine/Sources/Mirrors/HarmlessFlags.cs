namespace Gantry.Engine.Sources.Mirrors;

/// <summary>
/// Flags of the user that the runner's own git may be given. Others (<c>--upload-pack=…</c> runs a program) are for git inside
/// the job's place only.
/// </summary>
internal static class HarmlessFlags
{
    private static readonly HashSet<string> Plain = new(StringComparer.Ordinal)
    {
        "--prune", "-p", "--no-prune", "--quiet", "-q", "--verbose", "-v", "--tags", "-t", "--no-tags", "-n", "--force", "-f",
        "--progress", "--no-progress", "--update-shallow", "--no-auto-gc", "--no-auto-maintenance", "--atomic", "--prune-tags", "-P",
    };

    private static readonly HashSet<string> Submodules = new(StringComparer.Ordinal)
    {
        "--remote", "--force", "-f", "--checkout", "--quiet", "-q", "--progress", "--recommend-shallow", "--no-recommend-shallow",
        "--single-branch", "--no-single-branch", "--no-fetch", "-N",
    };

    private static readonly string[] WithNumber = ["--jobs=", "-j", "--depth=", "--deepen="];

    public static bool ForFetch(IEnumerable<string> flags) => flags.All(flag => Plain.Contains(flag) || HasNumber(flag));

    public static bool ForSubmodules(IEnumerable<string> flags) => flags.All(flag => Submodules.Contains(flag) || HasNumber(flag));

    private static bool HasNumber(string flag) => WithNumber.Any(prefix =>
        flag.StartsWith(prefix, StringComparison.Ordinal) && flag.Length > prefix.Length && flag.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0);
}
