using System.Globalization;
using System.Text.RegularExpressions;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary>Amounts as Kubernetes writes them: <c>500m</c>, <c>1.5Gi</c>, <c>2e3</c>.</summary>
internal static partial class Quantity
{
    /// <exception cref="FormatException">It is none.</exception>
    public static decimal Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            throw new FormatException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$', such as 500m, 2 or 1.5Gi");
        }

        try
        {
            var number = decimal.Parse(match.Groups["number"].Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
            return number * Factor(match.Groups["suffix"].Value);
        }
        catch (OverflowException)
        {
            throw new FormatException("the number is too large");
        }
    }

    private static decimal Factor(string suffix) => suffix switch
    {
        "" => 1,
        "n" => 0.000000001m,
        "u" => 0.000001m,
        "m" => 0.001m,
        "k" => Power(1000, 1),
        "M" => Power(1000, 2),
        "G" => Power(1000, 3),
        "T" => Power(1000, 4),
        "P" => Power(1000, 5),
        "E" => Power(1000, 6),
        "Ki" => Power(1024, 1),
        "Mi" => Power(1024, 2),
        "Gi" => Power(1024, 3),
        "Ti" => Power(1024, 4),
        "Pi" => Power(1024, 5),
        "Ei" => Power(1024, 6),
        _ => Exponent(int.Parse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)),
    };

    private static decimal Exponent(int exponent) => exponent switch
    {
        > 27 => throw new OverflowException(),
        < -27 => 0,
        >= 0 => Power(10, exponent),
        _ => 1 / Power(10, -exponent),
    };

    private static decimal Power(decimal of, int times)
    {
        var result = 1m;
        for (var i = 0; i < times; i++)
        {
            result *= of;
        }

        return result;
    }

    [GeneratedRegex(@"^(?<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?<suffix>|[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,3})$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
