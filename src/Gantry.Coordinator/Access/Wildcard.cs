namespace Gantry.Coordinator.Access;

/// <summary>Names with <c>*</c> for any run of characters, as in protected branches and environment scopes.</summary>
internal static class Wildcard
{
    public static bool Matches(string pattern, string name)
    {
        var (at, star, mark) = (0, -1, 0);
        var position = 0;
        while (position < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, mark) = (at++, position);
            }
            else if (at < pattern.Length && pattern[at] == name[position])
            {
                at++;
                position++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                position = ++mark;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(at).TrimStart('*').IsEmpty;
    }
}
