using System.Text.RegularExpressions;

namespace Gantry.Pipelines.Expressions;

/// <summary>Words of the <c>rules:if</c> language.</summary>
internal enum TokenKind
{
    Open,
    Close,
    Input,
    Variable,
    Text,
    Pattern,
    Null,
    True,
    False,
    Equal,
    NotEqual,
    Matches,
    DoesNotMatch,
    And,
    Or,
    Not,
}

/// <param name="Kind">Which word.</param>
/// <param name="Value">Name of the variable or input, text without quotes, pattern with its slashes.</param>
internal readonly record struct ExpressionToken(TokenKind Kind, string Value)
{
    /// <summary>GitLab's limit for one expression.</summary>
    public const int Limit = 100;

    /// <summary>The words of a text; null when it holds something that is no word, or too many.</summary>
    public static List<ExpressionToken>? Scan(string text)
    {
        var tokens = new List<ExpressionToken>();
        for (var at = 0; ;)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at >= text.Length)
            {
                return tokens;
            }

            if (tokens.Count == Limit || Next(text, ref at) is not { } token)
            {
                return null;
            }

            tokens.Add(token);
        }
    }

    private static ExpressionToken? Next(string text, ref int at)
    {
        switch (text[at])
        {
            case '(':
                return Symbol(TokenKind.Open, 1, ref at);
            case ')':
                return Symbol(TokenKind.Close, 1, ref at);
            case '$':
                return Dollar(text, ref at);
            case '"' or '\'':
                return Quoted(text, ref at);
            case '/':
                return Captured(TokenKind.Pattern, Lexemes.Pattern(), text, ref at, 0);
            case '=' or '!' or '&' or '|':
                return Operator(text, ref at);
            default:
                return Word(text, ref at);
        }
    }

    private static ExpressionToken? Operator(string text, ref int at)
    {
        var pair = at + 1 < text.Length ? text.AsSpan(at, 2) : default;
        return pair switch
        {
            "==" => Symbol(TokenKind.Equal, 2, ref at),
            "=~" => Symbol(TokenKind.Matches, 2, ref at),
            "!=" => Symbol(TokenKind.NotEqual, 2, ref at),
            "!~" => Symbol(TokenKind.DoesNotMatch, 2, ref at),
            "&&" => Symbol(TokenKind.And, 2, ref at),
            "||" => Symbol(TokenKind.Or, 2, ref at),
            _ => text[at] == '!' ? Symbol(TokenKind.Not, 1, ref at) : null,
        };
    }

    private static ExpressionToken? Dollar(string text, ref int at) => text.AsSpan(at).StartsWith("$[[", StringComparison.Ordinal)
        ? Captured(TokenKind.Input, Lexemes.Input(), text, ref at, 1)
        : Captured(TokenKind.Variable, Lexemes.Variable(), text, ref at, 1);

    private static ExpressionToken? Quoted(string text, ref int at)
    {
        var end = text.IndexOf(text[at], at + 1);
        if (end < 0)
        {
            return null;
        }

        var token = new ExpressionToken(TokenKind.Text, text[(at + 1)..end]);
        at = end + 1;
        return token;
    }

    private static ExpressionToken? Word(string text, ref int at)
    {
        var match = Lexemes.Word().Match(text, at);
        TokenKind? kind = match.Value switch
        {
            "null" => TokenKind.Null,
            "true" => TokenKind.True,
            "false" => TokenKind.False,
            _ => null,
        };
        return kind is { } known ? Symbol(known, match.Length, ref at) : null;
    }

    private static ExpressionToken Symbol(TokenKind kind, int length, ref int at)
    {
        at += length;
        return new ExpressionToken(kind, "");
    }

    private static ExpressionToken? Captured(TokenKind kind, Regex lexeme, string text, ref int at, int group)
    {
        var match = lexeme.Match(text, at);
        if (!match.Success)
        {
            return null;
        }

        at += match.Length;
        return new ExpressionToken(kind, match.Groups[group].Value);
    }
}

/// <summary>Shapes of the longer words.</summary>
internal static partial class Lexemes
{
    [GeneratedRegex(@"\G\$(\w+)")]
    public static partial Regex Variable();

    [GeneratedRegex(@"\G\$\[\[\s*inputs\.([\w-]+)\s*\]\]")]
    public static partial Regex Input();

    [GeneratedRegex(@"\G/(?:[^/]|\\/)+[^\\]/[ismU]*")]
    public static partial Regex Pattern();

    [GeneratedRegex(@"\G\w+")]
    public static partial Regex Word();
}
