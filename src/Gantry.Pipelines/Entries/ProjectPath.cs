using System.Text.RegularExpressions;

namespace Gantry.Pipelines.Entries;

/// <summary>What can be a full project path: a slash between two names, or a variable that holds one.</summary>
internal static partial class ProjectPath
{
    public static bool IsPossible(string text) => Shape().IsMatch(text);

    [GeneratedRegex(@"\S/\S|\$\S+")]
    private static partial Regex Shape();
}
