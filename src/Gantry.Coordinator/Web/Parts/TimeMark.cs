using System.Globalization;
using System.Text.Encodings.Web;
using Gantry.Coordinator.Web.Texts;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Parts;

/// <summary>Times and durations. The page's script keeps them true while the page is open, in the same words.</summary>
internal sealed class TimeMark : IHtmlContent
{
    private readonly string _attributes;
    private readonly string _text;

    private TimeMark(string attributes, string text) => (_attributes, _text) = (attributes, text);

    /// <summary>"3 minutes ago".</summary>
    public static TimeMark Ago(DateTimeOffset time, DateTimeOffset now, Words words) =>
        new($"datetime=\"{Iso(time)}\" data-ago", words.Ago(now - time));

    /// <summary>A duration that is over.</summary>
    public static TimeMark Took(double seconds) => new($"datetime=\"PT{Math.Max(0, (long)seconds)}S\"", Clock(seconds));

    /// <summary>A duration that grows.</summary>
    public static TimeMark Since(DateTimeOffset start, DateTimeOffset now) => new($"data-since=\"{Iso(start)}\"", Clock((now - start).TotalSeconds));

    /// <summary>A countdown.</summary>
    public static TimeMark Until(DateTimeOffset end, DateTimeOffset now) => new($"data-until=\"{Iso(end)}\"", Clock((end - now).TotalSeconds));

    /// <summary><c>0:07</c>, <c>12:30</c>, <c>1:02:03</c>.</summary>
    public static string Clock(double seconds)
    {
        var whole = Math.Max(0, (long)seconds);
        var (hours, minutes) = (whole / 3600, whole / 60 % 60);
        return hours > 0 ? $"{hours}:{minutes:d2}:{whole % 60:d2}" : $"{minutes}:{whole % 60:d2}";
    }

    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        writer.Write($"<time {_attributes}>");
        encoder.Encode(writer, _text);
        writer.Write("</time>");
    }

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
