using System.Text;

namespace Gantry.Engine.Plans;

/// <summary>
/// One pass of <c>$NAME</c> and <c>${NAME}</c> replacement, as GitLab's runner does it (official-job-protocol §5.2).
/// It is not a shell: <c>${NAME:-x}</c> looks up a variable of that literal name, and a malformed <c>${</c> is eaten.
/// </summary>
public static class VariableExpansion
{
    private const string Special = "*#$@!?-0123456789";

    /// <summary>Replaces each reference by what <paramref name="lookup"/> gives; results are not expanded again.</summary>
    public static string Expand(string text, Func<string, string> lookup)
    {
        var dollar = text.IndexOf('$', StringComparison.Ordinal);
        if (dollar < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var from = 0;
        for (; dollar >= 0 && dollar + 1 < text.Length; dollar = text.IndexOf('$', from))
        {
            result.Append(text, from, dollar - from);
            var (name, width) = NameAt(text, dollar + 1);
            if (name.Length > 0)
            {
                result.Append(lookup(name));
            }
            else if (width == 0)
            {
                result.Append('$');
            }

            from = dollar + 1 + width;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>The name after a dollar and how many characters it takes; an empty name with a width is bad syntax.</summary>
    private static (string Name, int Width) NameAt(string text, int at)
    {
        if (text[at] == '{')
        {
            var end = text.IndexOf('}', at + 1);
            return end < 0 ? ("", 1) : (text[(at + 1)..end], end - at + 1);
        }

        if (Special.Contains(text[at], StringComparison.Ordinal))
        {
            return (text[at].ToString(), 1);
        }

        var stop = at;
        while (stop < text.Length && (char.IsAsciiLetterOrDigit(text[stop]) || text[stop] == '_'))
        {
            stop++;
        }

        return (text[at..stop], stop - at);
    }
}
