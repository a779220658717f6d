using System.Text.RegularExpressions;

namespace Gantry.Coordinator.Store;

/// <summary>What a variable must be to be kept (GitLab's rules): used by REST and by the pages.</summary>
internal static partial class VariableRules
{
    private const int LongestMasked = 10_000;

    /// <summary>Field and what is wrong with it, in GitLab's words; empty when it is good.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Problems(VariableRow variable)
    {
        if (!Key().IsMatch(variable.Key))
            yield return new("key", "can contain only letters, digits and '_'.");
        if (variable.Masked && variable.Value.Length > LongestMasked)
            yield return new("value", $"is too long (maximum is {LongestMasked} characters)");
        else if (variable.Masked && !(variable.Raw ? MaskableRaw() : Maskable()).IsMatch(variable.Value))
            yield return new("value", "is invalid");
    }

    [GeneratedRegex("^[a-zA-Z0-9_]{1,255}$", RegexOptions.NonBacktracking)]
    private static partial Regex Key();

    [GeneratedRegex(@"^[a-zA-Z0-9_+=/@:.~-]{8,}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Maskable();

    [GeneratedRegex(@"^\S{8,}\z", RegexOptions.NonBacktracking)]
    private static partial Regex MaskableRaw();
}
