using System.Text;

namespace Gantry.Engine.Plans;

/// <summary>
/// An address taken apart the way GitLab's runner does it: nothing is normalised, so what is put together again is what
/// came in. <see cref="User"/> may be a secret, hence the text of this record shows none.
/// </summary>
public sealed record UrlParts
{
    public string Scheme { get; init; } = "";

    /// <summary><c>user</c> or <c>user:password</c> as written; null when there is none.</summary>
    public string? User { get; init; }

    /// <summary>Host with port.</summary>
    public string Host { get; init; } = "";

    /// <summary>With its leading slash; as written.</summary>
    public string Path { get; init; } = "";

    public string Query { get; init; } = "";
    public string Fragment { get; init; } = "";

    /// <summary><c>scheme://host</c>; empty unless both are there.</summary>
    public string Origin => Scheme.Length > 0 && Host.Length > 0 ? $"{Scheme}://{Host}" : "";

    public string HostName => Host.StartsWith('[') || !Host.Contains(':', StringComparison.Ordinal) ? Host : Host[..Host.LastIndexOf(':')];

    public static bool TryParse(string text, out UrlParts parts)
    {
        parts = new UrlParts();
        if (text.Any(char.IsControl) || !TakeScheme(text, out var scheme, out var rest))
        {
            return false;
        }

        (rest, var fragment) = Cut(rest, '#');
        (rest, var query) = Cut(rest, '?');
        string? user = null;
        var host = "";
        if (rest.StartsWith("//", StringComparison.Ordinal) && (scheme.Length > 0 || !rest.StartsWith("///", StringComparison.Ordinal)))
        {
            var end = rest.IndexOf('/', 2);
            var authority = end < 0 ? rest[2..] : rest[2..end];
            rest = end < 0 ? "" : rest[end..];
            var at = authority.LastIndexOf('@');
            user = at < 0 ? null : authority[..at];
            host = authority[(at + 1)..];
        }
        else if (scheme.Length == 0 && rest.Split('/')[0].Contains(':', StringComparison.Ordinal))
        {
            return false;
        }

        parts = new UrlParts { Scheme = scheme, User = user, Host = host, Path = rest, Query = query, Fragment = fragment };
        return EscapesAreValid(rest) && EscapesAreValid(host) && !host.Contains(' ', StringComparison.Ordinal);
    }

    /// <summary>The whole address, secrets included; what an address cannot hold is percent-encoded.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        if (Scheme.Length > 0)
        {
            text.Append(Scheme).Append(':');
        }

        if (Host.Length > 0 || User is not null || (Scheme.Length > 0 && Path.StartsWith('/')))
        {
            text.Append("//").Append(User is null ? "" : User + "@").Append(Host);
        }

        text.Append(Path.Replace(" ", "%20", StringComparison.Ordinal));
        return text.Append(Query.Length > 0 ? "?" + Query : "").Append(Fragment.Length > 0 ? "#" + Fragment : "").ToString();
    }

    /// <summary>For display: without user, query and fragment.</summary>
    public static string Clean(string url) =>
        TryParse(url, out var parts) ? (parts with { User = null, Query = "", Fragment = "" }).Text() : "";

    public override string ToString() => (this with { User = null, Query = "" }).Text();

    private static bool TakeScheme(string text, out string scheme, out string rest)
    {
        (scheme, rest) = ("", text);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ':' && i > 0)
            {
                (scheme, rest) = (text[..i].ToLowerInvariant(), text[(i + 1)..]);
                return true;
            }

            if (!(char.IsAsciiLetter(c) || (i > 0 && (char.IsAsciiDigit(c) || c is '+' or '-' or '.'))))
            {
                return c != ':';
            }
        }

        return true;
    }

    private static (string Before, string After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    private static bool EscapesAreValid(string text)
    {
        for (var at = text.IndexOf('%', StringComparison.Ordinal); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                return false;
            }
        }

        return true;
    }
}
