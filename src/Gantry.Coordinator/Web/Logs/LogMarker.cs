namespace Gantry.Coordinator.Web.Logs;

/// <summary>The words of a section marker, without the <c>\r ESC [0K</c> that ends it.</summary>
internal readonly record struct LogMarker(bool IsStart, long Time, string Name, bool Collapsed, bool HideDuration, int Position)
{
    private const string Start = "section_start:";
    private const string End = "section_end:";

    /// <summary>Finds a marker that ends exactly where <paramref name="text"/> ends; <see cref="Position"/> is where it begins.</summary>
    public static bool TryReadAtEnd(ReadOnlySpan<char> text, out LogMarker marker)
    {
        marker = default;
        var position = text.LastIndexOf("section_", StringComparison.Ordinal);
        // A name may itself hold "section_" (section_start:1:section_script_step_0).
        while (position >= 0)
        {
            if (TryRead(text[position..], position, out marker))
                return true;
            position = text[..position].LastIndexOf("section_", StringComparison.Ordinal);
        }

        return false;
    }

    private static bool TryRead(ReadOnlySpan<char> text, int position, out LogMarker marker)
    {
        marker = default;
        bool isStart;
        if (text.StartsWith(Start, StringComparison.Ordinal))
            isStart = true;
        else if (text.StartsWith(End, StringComparison.Ordinal))
            isStart = false;
        else
            return false;

        var rest = text[(isStart ? Start.Length : End.Length)..];
        var colon = rest.IndexOf(':');
        if (colon is < 1 or > 15 || !long.TryParse(rest[..colon], out var time) || time < 0)
            return false;

        rest = rest[(colon + 1)..];
        var name = rest;
        var options = ReadOnlySpan<char>.Empty;
        if (rest is [.., ']'])
        {
            var bracket = rest.IndexOf('[');
            if (bracket < 0)
                return false;
            name = rest[..bracket];
            options = rest[(bracket + 1)..^1];
        }

        if (name.IsEmpty || name.Length > 200 || name.ContainsAnyExcept(NameCharacters))
            return false;
        marker = new LogMarker(isStart, time, name.ToString(), Has(options, "collapsed"), Has(options, "hide_duration"), position);
        return true;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    private static bool Has(ReadOnlySpan<char> options, string name)
    {
        foreach (var range in options.Split(','))
        {
            var option = options[range].Trim();
            if (option.Length == name.Length + 5 && option.StartsWith(name, StringComparison.Ordinal)
                && option.EndsWith("=true", StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
