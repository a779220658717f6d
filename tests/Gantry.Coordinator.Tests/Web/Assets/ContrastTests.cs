using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Gantry.Coordinator.Web.Assets;

namespace Gantry.Coordinator.Tests.Web.Assets;

/// <summary>WCAG AA, computed from the tokens: 4.5 for text, 3 for the edges of controls.</summary>
public sealed partial class ContrastTests
{
    private static readonly string[] Grounds = ["paper", "surface", "sunken"];

    private static readonly Dictionary<string, (string Light, string Dark)> Tokens = Read();

    public static TheoryData<string, string, double> Pairs()
    {
        var pairs = new TheoryData<string, string, double>();
        foreach (var ground in Grounds)
        {
            foreach (var text in new[] { "ink", "ink-soft", "ink-faint", "accent", "added", "removed", "success", "failed", "warning", "running", "pending", "neutral" })
                pairs.Add(text, ground, 4.5);
            pairs.Add("line-strong", ground, 3);
        }

        foreach (var status in new[] { "success", "failed", "warning", "running", "pending", "neutral" })
            pairs.Add(status, status + "-tint", 4.5);
        foreach (var ground in new[] { "console", "console-raised", "console-mark" })
            pairs.Add("console-ink", ground, 4.5);
        pairs.Add("console-faint", "console", 4.5);
        pairs.Add("console-faint", "console-raised", 4.5);
        pairs.Add("ink", "added-tint", 4.5);
        pairs.Add("ink", "removed-tint", 4.5);
        pairs.Add("ink", "mark", 4.5);
        pairs.Add("paper", "ink", 4.5);
        pairs.Add("paper", "ink-soft", 4.5);
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Texts_and_edges_stand_out_from_what_is_behind_them(string front, string back, double least)
    {
        Assert.True(Ratio(Tokens[front].Light, Tokens[back].Light) >= least, $"light: {front} on {back} is {Ratio(Tokens[front].Light, Tokens[back].Light):0.00}");
        Assert.True(Ratio(Tokens[front].Dark, Tokens[back].Dark) >= least, $"dark: {front} on {back} is {Ratio(Tokens[front].Dark, Tokens[back].Dark):0.00}");
    }

    [Fact]
    public void Black_on_white_is_21_to_1() => Assert.Equal(21, Ratio("#000000", "#ffffff"), 2);

    [Fact]
    public void No_other_stylesheet_names_a_colour_of_its_own()
    {
        // Shadows of dialogs, the hover of log lines and the mark of a found text belong to no theme.
        foreach (var sheet in new[] { "page.css", "parts.css", "views.css", "graph.css" })
            Assert.DoesNotMatch("(?i)#[0-9a-f]{3,8}\\b(?![^{]*\\{)|light-dark\\(", Sheet(sheet));
    }

    private static double Ratio(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Part(int at)
        {
            var value = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Part(1)) + (0.7152 * Part(3)) + (0.0722 * Part(5));
    }

    private static Dictionary<string, (string Light, string Dark)> Read() => Token().Matches(Sheet("tokens.css")).ToDictionary(
        match => match.Groups[1].Value,
        match => (match.Groups[2].Value, match.Groups[3].Success ? match.Groups[3].Value : match.Groups[2].Value));

    private static string Sheet(string name)
    {
        using var stream = typeof(AssetLibrary).Assembly.GetManifestResourceStream("web/" + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"--([a-z-]+): (?:light-dark\()?(#[0-9a-f]{6})(?:, (#[0-9a-f]{6})\))?;")]
    private static partial Regex Token();
}
