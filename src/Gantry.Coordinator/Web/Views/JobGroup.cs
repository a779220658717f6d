using System.Text.RegularExpressions;

namespace Gantry.Coordinator.Web.Views;

/// <summary>Which jobs are shown as one: names that differ in <c>1/3</c>, <c>1 3</c>, <c>1:3</c> or <c>[a, b]</c> at the end.</summary>
internal static partial class JobGroup
{
    public static string NameOf(string job) => Suffix().Replace(job, "");

    [GeneratedRegex(@"(\s+\d+[\s/:\\]+\d+|:?\s*\[.*\])\s*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Suffix();
}
