using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gantry.Engine.Archives;

/// <summary>The recursive-descent reader behind <see cref="ShellExpansion"/>. One use per text.</summary>
internal sealed class ShellWordReader(string text, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Defaults within defaults: a job's text must not end the process by its depth.</summary>
    private const int DeepestNesting = 100;

    private int _position;
    private int _depth;

    public string? Error { get; private set; }

    public bool TryReadAll([NotNullWhen(true)] out string? expanded)
    {
        var result = new StringBuilder(text.Length);
        while (_position < text.Length)
        {
            if (!TryReadPart(result, escapes: "$\\`"))
            {
                expanded = null;
                return false;
            }
        }

        expanded = result.ToString();
        return true;
    }

    /// <summary>One character, escape or expansion, as inside double quotes.</summary>
    private bool TryReadPart(StringBuilder result, string escapes)
    {
        var character = text[_position];
        switch (character)
        {
            case '\\' when _position + 1 < text.Length && text[_position + 1] == '\n':
                _position += 2;
                return true;
            case '\\' when _position + 1 < text.Length && escapes.Contains(text[_position + 1]):
                result.Append(text[_position + 1]);
                _position += 2;
                return true;
            case '`':
                return Fail("unexpected command substitution");
            case '$':
                return TryReadDollar(result);
            default:
                result.Append(character);
                _position++;
                return true;
        }
    }

    private bool TryReadDollar(StringBuilder result)
    {
        var next = _position + 1 < text.Length ? text[_position + 1] : '\0';
        if (next == '(')
        {
            return Fail(_position + 2 < text.Length && text[_position + 2] == '('
                ? "arithmetic expansion is not supported"
                : "unexpected command substitution");
        }

        if (next == '{')
        {
            return TryReadBraces(result);
        }

        if (IsSpecial(next))
        {
            _position += 2;
            return true;
        }

        var start = _position + 1;
        var end = EndOfName(start);
        if (end == start)
        {
            result.Append('$');
            _position++;
            return true;
        }

        result.Append(Lookup(text[start..end]));
        _position = end;
        return true;
    }

    private bool TryReadBraces(StringBuilder result)
    {
        var start = _position;
        if (++_depth > DeepestNesting)
        {
            return Fail("too many nested expansions");
        }

        _position += 2;
        var wantsLength = Sees("#") && _position + 1 < text.Length && text[_position + 1] != '}';
        _position += wantsLength ? 1 : 0;
        var nameStart = _position;
        _position = EndOfName(nameStart);
        if (_position == nameStart && _position < text.Length && IsSpecial(text[_position]))
        {
            _position++;
        }

        if (_position == nameStart)
        {
            return FailAt(start, "bad parameter expansion");
        }

        var name = text[nameStart.._position];
        if (wantsLength)
        {
            result.Append(CultureInfo.InvariantCulture, $"{(Lookup(name) ?? "").EnumerateRunes().Count()}");
        }
        else if (Sees("}"))
        {
            result.Append(Lookup(name));
        }
        else if (_position < text.Length && !TryReadOperation(name, Lookup(name), result))
        {
            return false;
        }

        _depth--;
        return Take("}") || FailAt(start, "reached EOF without matching ${ with }");
    }

    private bool TryReadOperation(string name, string? value, StringBuilder result)
    {
        if (Take(":-"))
        {
            return TryReadDefault(use: string.IsNullOrEmpty(value), value, result);
        }

        if (Take("-"))
        {
            return TryReadDefault(use: value is null, value, result);
        }

        if (Take(":+"))
        {
            return TryReadDefault(use: !string.IsNullOrEmpty(value), otherwise: null, result);
        }

        if (Take("+"))
        {
            return TryReadDefault(use: value is not null, otherwise: null, result);
        }

        if (Take(":?"))
        {
            return TryReadRequired(name, string.IsNullOrEmpty(value), value, result);
        }

        if (Take("?"))
        {
            return TryReadRequired(name, value is null, value, result);
        }

        if (Sees(":=") || Sees("="))
        {
            return Fail("environment is read-only");
        }

        return TryReadTextOperation(value ?? "", result);
    }

    private bool TryReadTextOperation(string value, StringBuilder result)
    {
        foreach (var trim in (ReadOnlySpan<string>)["%%", "%", "##", "#"])
        {
            if (Take(trim))
            {
                return TryReadWord("}", out var pattern) && Append(result, ShellText.Trim(value, pattern, trim));
            }
        }

        foreach (var change in (ReadOnlySpan<string>)["^^", "^", ",,", ","])
        {
            if (Take(change))
            {
                return TryReadWord("}", out var pattern) && Append(result, ShellText.ChangeCase(value, pattern, change));
            }
        }

        if (Take("/"))
        {
            var all = Take("/");
            var replacement = "";
            return TryReadWord("/}", out var pattern)
                && (!Take("/") || TryReadWord("}", out replacement))
                && Append(result, ShellText.Replace(value, pattern, replacement, all));
        }

        return Take(":") ? TryReadSlice(value, result) : Fail("not a valid parameter expansion operator");
    }

    private bool TryReadSlice(string value, StringBuilder result)
    {
        string? length = null;
        if (!TryReadWord(":}", out var offset) || (Take(":") && !TryReadWord("}", out length)))
        {
            return false;
        }

        if (!TryReadNumber(offset, out var from) || !TryReadNumber(length ?? "0", out var count))
        {
            return Fail("only numbers can be used as offset and length");
        }

        return Append(result, ShellText.Slice(value, from, length is null ? null : count));
    }

    private static bool TryReadNumber(string number, out int value) =>
        int.TryParse(number.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private bool TryReadDefault(bool use, string? otherwise, StringBuilder result) =>
        TryReadWord("}", out var word) && Append(result, use ? word : otherwise);

    private bool TryReadRequired(string name, bool missing, string? value, StringBuilder result) =>
        TryReadWord("}", out var word) && (missing ? Fail($"{name}: {word}") : Append(result, value));

    /// <summary>The word of an operation, quotes removed, up to (not with) one of <paramref name="ends"/>.</summary>
    private bool TryReadWord(string ends, [NotNullWhen(true)] out string? word)
    {
        word = null;
        var result = new StringBuilder();
        while (_position < text.Length && !ends.Contains(text[_position]))
        {
            if (text[_position] is '"' or '\'' ? !TryReadQuoted(result) : !TryReadPart(result, escapes: "$\\`\"'}/:"))
            {
                return false;
            }
        }

        word = result.ToString();
        return true;
    }

    private bool TryReadQuoted(StringBuilder result)
    {
        var start = _position;
        var quote = text[_position++];
        while (_position < text.Length && text[_position] != quote)
        {
            if (quote == '\'')
            {
                result.Append(text[_position++]);
            }
            else if (!TryReadPart(result, escapes: "$\\`\""))
            {
                return false;
            }
        }

        return Take(quote.ToString()) || FailAt(start, $"reached EOF without closing quote {quote}");
    }

    private static bool Append(StringBuilder result, string? value)
    {
        result.Append(value);
        return true;
    }

    private string? Lookup(string name) => environment.TryGetValue(name, out var value) ? value : null;

    private bool Sees(string expected) => string.CompareOrdinal(text, _position, expected, 0, expected.Length) == 0;

    private bool Take(string expected)
    {
        if (!Sees(expected))
        {
            return false;
        }

        _position += expected.Length;
        return true;
    }

    private int EndOfName(int start)
    {
        var end = start;
        while (end < text.Length && (text[end] == '_' || char.IsAsciiLetter(text[end]) || (end > start && char.IsAsciiDigit(text[end]))))
        {
            end++;
        }

        return end;
    }

    // A helper command has no positional parameters; the special ones are as good as unset.
    private static bool IsSpecial(char character) => char.IsAsciiDigit(character) || "@*#?-$!".Contains(character);

    private bool Fail(string what) => FailAt(_position, what);

    private bool FailAt(int position, string what)
    {
        var before = text.AsSpan(0, Math.Min(position, text.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        Error = $"{line}:{column}: {what}";
        return false;
    }
}
