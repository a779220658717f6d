using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Gantry.Pipelines.Yaml;

/// <summary>
/// What an unquoted scalar means: YAML 1.1 as Ruby's Psych reads it, because that is what GitLab runs. So <c>on</c> is a
/// boolean, <c>010</c> is eight, <c>1:30</c> is ninety and <c>1.10</c> is the number 1.1.
/// </summary>
internal static partial class PlainScalar
{
    /// <summary>Kind and canonical text. <paramref name="refusedClass"/> is the Ruby class that GitLab's safe loading refuses.</summary>
    public static (ScalarKind Kind, string Text) Resolve(string text, out string? refusedClass)
    {
        refusedClass = null;
        if (text.Length == 0)
        {
            return (ScalarKind.Null, "");
        }

        var first = text[0];
        if (!char.IsAsciiDigit(first) && first is not ('.' or '-' or '+'))
        {
            return Word(text);
        }

        if (Time().IsMatch(text))
        {
            refusedClass = "Time";
            return (ScalarKind.Text, text);
        }

        if (Date().IsMatch(text))
        {
            refusedClass = "Date";
            return (ScalarKind.Text, text);
        }

        return Number(text);
    }

    private static (ScalarKind, string) Word(string text)
    {
        if (text.Length > 5)
        {
            return (ScalarKind.Text, text);
        }

        return text.ToLowerInvariant() switch
        {
            "~" or "null" => (ScalarKind.Null, ""),
            "yes" or "true" or "on" => (ScalarKind.Boolean, "true"),
            "no" or "false" or "off" => (ScalarKind.Boolean, "false"),
            _ => (ScalarKind.Text, text),
        };
    }

    private static (ScalarKind, string) Number(string text)
    {
        if (Special(text) is { } special)
        {
            return (ScalarKind.Float, special);
        }

        if (BaseTen().IsMatch(text))
        {
            return (ScalarKind.Integer, Integer(text, 10, 0));
        }

        if (BaseEight().IsMatch(text))
        {
            return (ScalarKind.Integer, Integer(text, 8, 1));
        }

        if (BaseTwo().IsMatch(text))
        {
            return (ScalarKind.Integer, Integer(text, 2, 2));
        }

        if (BaseSixteen().IsMatch(text))
        {
            return (ScalarKind.Integer, Integer(text, 16, 2));
        }

        if (BaseSixty().IsMatch(text))
        {
            return (ScalarKind.Integer, Sexagesimal(text).ToString(CultureInfo.InvariantCulture));
        }

        return Float().IsMatch(text) && text.Any(char.IsAsciiDigit)
            ? (ScalarKind.Float, RubyFloat(double.Parse(Digits(text), NumberStyles.Float, CultureInfo.InvariantCulture)))
            : (ScalarKind.Text, text);
    }

    private static string? Special(string text) => text.ToLowerInvariant() switch
    {
        ".inf" or "+.inf" => "Infinity",
        "-.inf" => "-Infinity",
        ".nan" => "NaN",
        _ => null,
    };

    private static string Digits(string text) => text.Replace("_", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal);

    private static string Integer(string text, int radix, int prefix)
    {
        var digits = Digits(text);
        var negative = digits[0] == '-';
        var body = digits[0] is '-' or '+' ? digits[1..] : digits;
        var value = BigInteger.Zero;
        foreach (var digit in body.Skip(prefix))
        {
            value = (value * radix) + Convert.ToInt32(digit.ToString(), 16);
        }

        return (negative ? -value : value).ToString(CultureInfo.InvariantCulture);
    }

    private static BigInteger Sexagesimal(string text)
    {
        var negative = text[0] == '-';
        var value = BigInteger.Zero;
        foreach (var part in Digits(text).TrimStart('-', '+').Split(':'))
        {
            value = (value * 60) + BigInteger.Parse(part, CultureInfo.InvariantCulture);
        }

        return negative ? -value : value;
    }

    /// <summary>A float as Ruby prints it: always with a fraction, exponents from 1e16 on and below 1e-4.</summary>
    internal static string RubyFloat(double value)
    {
        var size = Math.Abs(value);
        if (value == 0 || (size >= 1e-4 && size < 1e16))
        {
            var plain = value.ToString("0.0################", CultureInfo.InvariantCulture);
            var shortest = value.ToString("R", CultureInfo.InvariantCulture);
            return shortest.Contains('E', StringComparison.Ordinal) ? plain : shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
        }

        var scientific = value.ToString("R", CultureInfo.InvariantCulture);
        if (!scientific.Contains('E', StringComparison.Ordinal))
        {
            scientific = value.ToString("0.################E+0", CultureInfo.InvariantCulture);
        }

        var parts = scientific.Split('E');
        var mantissa = parts[0].Contains('.', StringComparison.Ordinal) ? parts[0] : parts[0] + ".0";
        var exponent = int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    [GeneratedRegex(@"^-?\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?$")]
    private static partial Regex Time();

    [GeneratedRegex(@"^\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)$")]
    private static partial Regex Date();

    [GeneratedRegex("^[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)$")]
    private static partial Regex BaseTen();

    [GeneratedRegex("^[-+]?0[0-7_,]*[0-7]$")]
    private static partial Regex BaseEight();

    [GeneratedRegex("^[-+]?0b[01_,]+$")]
    private static partial Regex BaseTwo();

    [GeneratedRegex("^[-+]?0x[0-9a-fA-F_,]+$")]
    private static partial Regex BaseSixteen();

    [GeneratedRegex("^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}$")]
    private static partial Regex BaseSixty();

    [GeneratedRegex(@"^[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][+-][0-9]+)?$")]
    private static partial Regex Float();
}
