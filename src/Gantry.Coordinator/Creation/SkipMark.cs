using System.Text.RegularExpressions;

namespace Gantry.Coordinator.Creation;

/// <summary><c>[skip ci]</c> or <c>[ci skip]</c> in a commit's message, with a space or one of <c>-</c>, <c>_</c> (ci-yaml §18.1).</summary>
internal static partial class SkipMark
{
    public static bool IsIn(string message) => Mark().IsMatch(message);

    [GeneratedRegex(@"\[(ci[ _-]skip|skip[ _-]ci)\]", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Mark();
}
