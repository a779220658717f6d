using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Logs;

/// <summary>The text of a line as HTML. Everything is encoded; RGB colours become the nearest palette colour, as inline styles are forbidden.</summary>
internal sealed class LogHtml(LogLine line) : IHtmlContent
{
    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        foreach (var segment in LogSegments.Of(line))
        {
            var classes = LogClasses.Of(Paletted(segment.Style));
            if (segment.Link is not null)
            {
                writer.Write("<a rel=\"nofollow noopener noreferrer\" target=\"_blank\" href=\"");
                encoder.Encode(writer, segment.Link);
                writer.Write("\">");
            }

            if (classes.Length > 0)
                writer.Write($"<span class=\"{classes}\">");
            encoder.Encode(writer, line.Text, segment.Start, segment.Length);
            if (classes.Length > 0)
                writer.Write("</span>");
            if (segment.Link is not null)
                writer.Write("</a>");
        }
    }

    private static LogStyle Paletted(LogStyle style) =>
        style with { Foreground = Paletted(style.Foreground), Background = Paletted(style.Background) };

    private static int Paletted(int colour)
    {
        if (!LogColour.IsRgb(colour))
            return colour;
        int red = (colour >> 16) & 0xFF, green = (colour >> 8) & 0xFF, blue = colour & 0xFF;
        return LogColour.Palette(16 + (Step(red) * 36) + (Step(green) * 6) + Step(blue));
    }

    // The cube's levels are 0, 95, 135, 175, 215, 255.
    private static int Step(int value) => value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}
