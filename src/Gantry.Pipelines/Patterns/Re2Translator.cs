using System.Globalization;
using System.Text;

namespace Gantry.Pipelines.Patterns;

/// <summary>
/// Rewrites RE2 syntax as .NET syntax of the same meaning: ASCII classes, <c>$</c> as the end of the text, flags inside
/// groups, POSIX classes, <c>\Q…\E</c>, <c>\x{…}</c>, <c>(?P&lt;name&gt;…)</c>. What RE2 does not have (look-around, back
/// references, atomic groups, possessive quantifiers) is refused.
/// </summary>
internal sealed class Re2Translator
{
    private readonly string _pattern;
    private readonly StringBuilder _out = new();
    private readonly Stack<Flags> _outer = new();
    private Flags _flags;
    private int _at;
    private bool _canRepeat;

    private Re2Translator(string pattern, Flags flags)
    {
        _pattern = pattern;
        _flags = flags;
    }

    /// <summary>Null when the pattern is no RE2.</summary>
    public static string? Translate(string pattern, string flags)
    {
        var translator = new Re2Translator(pattern, new Flags(
            DotAll: flags.Contains('s', StringComparison.Ordinal),
            Lines: flags.Contains('m', StringComparison.Ordinal),
            Ungreedy: flags.Contains('U', StringComparison.Ordinal)));
        return translator.Run() ? translator._out.ToString() : null;
    }

    private readonly record struct Flags(bool DotAll, bool Lines, bool Ungreedy);

    private bool Run()
    {
        while (_at < _pattern.Length)
        {
            if (!Step())
            {
                return false;
            }
        }

        return _outer.Count == 0;
    }

    private bool Step()
    {
        var c = _pattern[_at];
        switch (c)
        {
            case '\\':
                return Escape();
            case '[':
                return CharacterClass();
            case '(':
                return Group();
            case ')':
                if (_outer.Count == 0)
                {
                    return false;
                }

                _flags = _outer.Pop();
                return Put(")", 1);
            case '.':
                return Put(_flags.DotAll ? @"[\s\S]" : @"[^\n]", 1);
            case '^':
                return Put(_flags.Lines ? "(?m:^)" : @"\A", 1, repeats: false);
            case '$':
                return Put(_flags.Lines ? @"(?m:$)" : @"\z", 1, repeats: false);
            case '|':
                return Put("|", 1, repeats: false);
            case '*' or '+' or '?':
                return Quantifier(c.ToString(), 1);
            case '{':
                return Braces();
            case ' ' or '#':
                return Put("\\" + c, 1);
            case '}' or ']':
                return Put("\\" + c, 1);
            default:
                return Put(c.ToString(), 1);
        }
    }

    private bool Put(string text, int consumed, bool repeats = true)
    {
        _out.Append(text);
        _at += consumed;
        _canRepeat = repeats;
        return true;
    }

    private bool Quantifier(string text, int consumed)
    {
        if (!_canRepeat)
        {
            // Two quantifiers in a row are refused by RE2; one after an anchor is harmless there and is here.
            return _out.Length > 0 && (_out[^1] == ')' || _out[^1] is 'A' or 'z') && Put("", consumed, repeats: false);
        }

        _at += consumed;
        var isLazy = _at < _pattern.Length && _pattern[_at] == '?';
        if (isLazy)
        {
            _at++;
        }
        else if (_at < _pattern.Length && _pattern[_at] is '+' or '*' && _pattern.Length > _at)
        {
            return false;
        }

        _out.Append(text).Append(isLazy != _flags.Ungreedy ? "?" : "");
        _canRepeat = false;
        return true;
    }

    private bool Braces()
    {
        var end = _pattern.IndexOf('}', _at);
        var body = end < 0 ? "" : _pattern[(_at + 1)..end];
        var parts = body.Split(',');
        if (end < 0 || parts.Length > 2 || !parts.All(part => part.All(char.IsAsciiDigit)) || parts[0].Length == 0)
        {
            return Put(@"\{", 1);
        }

        var isSmall = parts.All(part => part.Length == 0
            || (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 1000));
        return isSmall && Quantifier($"{{{body}}}", end + 1 - _at);
    }

    private bool Group()
    {
        _outer.Push(_flags);
        _canRepeat = false;
        if (_at + 1 >= _pattern.Length || _pattern[_at + 1] != '?')
        {
            return Put("(", 1, repeats: false);
        }

        var rest = _pattern.AsSpan(_at + 2);
        if (rest.StartsWith("P<", StringComparison.Ordinal) || (rest.StartsWith("<", StringComparison.Ordinal) && rest.Length > 1 && rest[1] is not ('=' or '!')))
        {
            var open = _pattern.IndexOf('<', _at);
            var close = _pattern.IndexOf('>', open);
            var name = close < 0 ? "" : _pattern[(open + 1)..close];
            return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && Put($"(?<{name}>", close + 1 - _at, repeats: false);
        }

        return FlagGroup();
    }

    // (?flags) and (?flags:…): only i means something to .NET, the others change what is written from here on.
    private bool FlagGroup()
    {
        var at = _at + 2;
        var flags = _flags;
        bool? ignoreCase = null;
        for (var on = true; at < _pattern.Length && _pattern[at] is not (':' or ')'); at++)
        {
            switch (_pattern[at])
            {
                case '-' when on:
                    on = false;
                    break;
                case 'i':
                    ignoreCase = on;
                    break;
                case 's':
                    flags = flags with { DotAll = on };
                    break;
                case 'm':
                    flags = flags with { Lines = on };
                    break;
                case 'U':
                    flags = flags with { Ungreedy = on };
                    break;
                default:
                    return false;
            }
        }

        if (at >= _pattern.Length)
        {
            return false;
        }

        var written = ignoreCase switch { true => "(?i", false => "(?-i", null => "(?" };
        if (_pattern[at] == ':')
        {
            _flags = flags;
            return Put(written + ":", at + 1 - _at, repeats: false);
        }

        _outer.Pop();
        _flags = flags;
        return Put(ignoreCase is null ? "" : written + ")", at + 1 - _at, repeats: false);
    }

    private bool Escape()
    {
        if (_at + 1 >= _pattern.Length)
        {
            return false;
        }

        var c = _pattern[_at + 1];
        switch (c)
        {
            case 'Q':
                var end = _pattern.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
                var quoted = end < 0 ? _pattern[(_at + 2)..] : _pattern[(_at + 2)..end];
                return Put(string.Concat(quoted.Select(Literal)), (end < 0 ? _pattern.Length : end + 2) - _at);
            case 'A' or 'z':
                return Put("\\" + c, 2, repeats: false);
            case 'b':
                return Put(@"\b", 2, repeats: false);
            case 'B':
                return Put(@"\B", 2, repeats: false);
            case 'C':
                return Put(@"[\s\S]", 2);
        }

        if (Re2Classes.Perl(c) is { } perl)
        {
            return Put($"[{perl}]", 2);
        }

        if (c is 'p' or 'P')
        {
            return Re2Classes.Property(_pattern, _at) is var (text, length) && text is not null && Put($"[{text}]", length);
        }

        return Re2Classes.EscapedCharacter(_pattern, _at) is var (code, used) && used > 0 && Put(Literal(code), used);
    }

    private bool CharacterClass()
    {
        var (text, length) = Re2Classes.Bracket(_pattern, _at);
        return text is not null && Put(text, length);
    }

    internal static string Literal(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '_' or > '\u007f' ? c.ToString() : $"\\u{(int)c:x4}";
}
