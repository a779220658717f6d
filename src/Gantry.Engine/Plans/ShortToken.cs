namespace Gantry.Engine.Plans;

/// <summary>
/// The part of a runner token that may be shown: the first nine characters after what is the same for all tokens
/// (official-job-protocol §5.5). Not a secret.
/// </summary>
public static class ShortToken
{
    private const int Length = 9;

    public static string Of(string token)
    {
        var rest = WithoutRunnerPrefix(token);
        rest = Without(rest, "glcbt-");
        if (rest.Length >= 9 && rest.StartsWith("GR", StringComparison.Ordinal) && rest[2..9].All(char.IsAsciiHexDigit))
        {
            rest = rest[9..];
        }

        return rest.Length > Length ? rest[..Length] : rest;
    }

    private static string WithoutRunnerPrefix(string token)
    {
        if (token.StartsWith("glrtr-", StringComparison.Ordinal))
        {
            return token["glrtr-".Length..];
        }

        var rest = Without(token, "glrt-");
        return rest.Length > 2 && rest[0] == 't' && rest[1] is >= '1' and <= '3' && rest[2] == '_' ? rest[3..] : rest;
    }

    private static string Without(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
}
