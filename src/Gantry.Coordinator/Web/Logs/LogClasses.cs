using System.Collections.Concurrent;
using System.Text;

namespace Gantry.Coordinator.Web.Logs;

/// <summary>CSS class names of looks, in GitLab's words (<c>term-bold term-fg-l-red xterm-fg-208</c>), and the stylesheet of the palette.</summary>
internal static class LogClasses
{
    private static readonly string[] Names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

    // 16 colours that all reach 4.5:1 on the console's background; black is lifted so that it can be read.
    private static readonly string[] Basic =
    [
        "#8b919e", "#ff7b72", "#5fc27e", "#d8b25c", "#7aa7ff", "#d598e8", "#4fc3cf", "#dfe3ea",
        "#a2a8b4", "#ffa198", "#7ee2a0", "#f2cf7c", "#a5c4ff", "#e9b8f7", "#7fdfe8", "#ffffff",
    ];

    // As backgrounds they must leave the console's text readable, so they are dark.
    private static readonly string[] BasicBack =
    [
        "#05070a", "#7d1f1f", "#14532d", "#5c4510", "#1c3f80", "#5b2470", "#0f4a52", "#4b5260",
        "#2c323c", "#a12b2b", "#1b6e3c", "#7a5c14", "#2852a8", "#7a3394", "#146570", "#6b7280",
    ];

    private static readonly ConcurrentDictionary<LogStyle, string> Cache = new();

    /// <summary>Class names of a look, separated by blanks; RGB colours have none and are told apart by the caller.</summary>
    public static string Of(LogStyle style)
    {
        if (style.IsPlain)
            return "";
        // Palette looks are few; RGB ones would let a log grow the table without end.
        if (LogColour.IsRgb(style.Foreground) || LogColour.IsRgb(style.Background))
            return Build(style);
        return Cache.GetOrAdd(style, Build);
    }

    /// <summary>Rules for the 256 palette colours as text and as background.</summary>
    public static string Stylesheet()
    {
        var css = new StringBuilder();
        for (var i = 0; i < 256; i++)
        {
            css.Append($".{Class("fg", i)}{{color:{Hex(i, back: false)}}}\n");
            css.Append($".{Class("bg", i)}{{background:{Hex(i, back: true)}}}\n");
        }

        // Black text is meant for bright backgrounds (labels such as " PASS "): there both are taken at their word.
        for (var i = 1; i < 16; i++)
            css.Append($".term-fg-black.{Class("bg", i)},.term-fg-l-black.{Class("bg", i)}{{color:#0b0e14;background:{Basic[i]}}}\n");

        return css.ToString();
    }

    private static string Build(LogStyle style)
    {
        var (foreground, background) = (style.Foreground, style.Background);
        var bold = style.Attributes.HasFlag(LogAttributes.Bold);
        // Terminals, and GitLab, show bold text of the eight basic colours in their light form.
        if (bold && LogColour.PaletteIndex(foreground) is >= 0 and < 8 and var basic)
            foreground = LogColour.Palette(basic + 8);

        var names = new List<string>(4);
        if (bold)
            names.Add("term-bold");
        if (style.Attributes.HasFlag(LogAttributes.Faint))
            names.Add("term-faint");
        if (style.Attributes.HasFlag(LogAttributes.Italic))
            names.Add("term-italic");
        if (style.Attributes.HasFlag(LogAttributes.Underline))
            names.Add("term-underline");
        if (style.Attributes.HasFlag(LogAttributes.Strike))
            names.Add("term-cross");
        if (style.Attributes.HasFlag(LogAttributes.Conceal))
            names.Add("term-conceal");
        if (style.Attributes.HasFlag(LogAttributes.Inverse))
            names.Add("term-inverse");
        if (LogColour.PaletteIndex(foreground) is >= 0 and var fg)
            names.Add(Class("fg", fg));
        if (LogColour.PaletteIndex(background) is >= 0 and var bg)
            names.Add(Class("bg", bg));
        return string.Join(' ', names);
    }

    private static string Class(string ground, int index) => index switch
    {
        < 8 => $"term-{ground}-{Names[index]}",
        < 16 => $"term-{ground}-l-{Names[index - 8]}",
        _ => $"xterm-{ground}-{index}",
    };

    private static string Hex(int index, bool back)
    {
        if (index < 16)
            return back ? BasicBack[index] : Basic[index];

        var cube = index - 16;
        var grey = 8 + ((index - 232) * 10);
        var colour = index >= 232 ? LogColour.Rgb(grey, grey, grey) : LogColour.Rgb(Level(cube / 36), Level(cube / 6 % 6), Level(cube % 6));
        return LogColour.Hex(back ? colour : LogContrast.Lift(colour));
    }

    private static int Level(int step) => step == 0 ? 0 : 55 + (step * 40);
}
