using System.Text.RegularExpressions;

namespace Gantry.Runner.Links;

/// <summary>The first nine characters of a token without its prefix: names a runner without giving its secret away.</summary>
public static partial class ShortToken
{
    private const int Length = 9;

    /// <summary>Source: official-job-protocol §5.5. The three prefixes are taken off one after the other.</summary>
    public static string Of(string token)
    {
        var rest = RunnerPrefix().Replace(token, "", 1);
        rest = JobPrefix().Replace(rest, "", 1);
        rest = RegistrationPrefix().Replace(rest, "", 1);
        return rest.Length <= Length ? rest : rest[..Length];
    }

    [GeneratedRegex("^(glrt-(t[123]_)?|t[123]_|glrtr-)", RegexOptions.CultureInvariant)]
    private static partial Regex RunnerPrefix();

    [GeneratedRegex("^glcbt-", RegexOptions.CultureInvariant)]
    private static partial Regex JobPrefix();

    [GeneratedRegex("^GR[0-9a-fA-F]{7}", RegexOptions.CultureInvariant)]
    private static partial Regex RegistrationPrefix();
}
