using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Parts;

/// <summary>Line icons on a 16 by 16 grid, drawn in the colour of the text around them and hidden from screen readers.</summary>
internal static class Icon
{
    private const string Ring = """<circle cx="8" cy="8" r="6.25"/>""";

    // A gantry crane: beam, two legs, trolley and hook.
    public static readonly HtmlString Brand = Draw("""<path d="M1.5 4.5h13M3.5 4.5v9.5M12.5 4.5v9.5M1.5 14h4M10.5 14h4M8 4.5v3.25M6.5 7.75h3v2.5h-3zM6.5 2.5h3v2h-3z"/>""");

    public static readonly HtmlString Passed = Draw(Ring + """<path d="m5.25 8.25 1.9 1.9 3.6-4"/>""");
    public static readonly HtmlString Failed = Draw(Ring + """<path d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2"/>""");
    public static readonly HtmlString Warning = Draw(Ring + """<path d="M8 4.75v3.75M8 11v.25"/>""");
    public static readonly HtmlString Running = Draw("""<circle cx="8" cy="8" r="6.25" opacity=".28"/><path class="arc" d="M8 1.75A6.25 6.25 0 0 1 14.25 8"/>""");
    public static readonly HtmlString Pending = Draw(Ring + """<path d="M6.5 5.75v4.5m3-4.5v4.5"/>""");
    public static readonly HtmlString Created = Draw(Ring + """<circle cx="8" cy="8" r="1.25" fill="currentcolor"/>""");
    public static readonly HtmlString Waiting = Draw(Ring + """<path d="M5.25 8h.1M8 8h.1M10.75 8h.1" stroke-width="2"/>""");
    public static readonly HtmlString Manual = Draw(Ring + """<path d="M6.5 5.5v5L10.75 8z"/>""");
    public static readonly HtmlString Clock = Draw(Ring + """<path d="M8 4.5V8l2.25 1.5"/>""");
    public static readonly HtmlString Canceled = Draw(Ring + """<path d="m3.75 12.25 8.5-8.5"/>""");
    public static readonly HtmlString Skipped = Draw(Ring + """<path d="m5 5.75 2.25 2.25L5 10.25m3.5-4.5L10.75 8 8.5 10.25"/>""");

    public static readonly HtmlString Play = Draw("""<path d="M4.5 3v10l8-5z"/>""");
    public static readonly HtmlString Retry = Draw("""<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3"/>""");
    public static readonly HtmlString Cancel = Draw("""<path d="m4 4 8 8m0-8-8 8"/>""");
    public static readonly HtmlString Pause = Draw("""<path d="M5.5 3.5v9m5-9v9"/>""");
    public static readonly HtmlString Bin = Draw("""<path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.75 7v4m2.5-4v4"/>""");
    public static readonly HtmlString Download = Draw("""<path d="M8 2v8m-3-3 3 3 3-3M2.5 13.5h11"/>""");
    public static readonly HtmlString Copy = Draw("""<path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3"/>""");
    public static readonly HtmlString Branch = Draw("""<path d="M4.5 4.75v6.5M11.5 5.5c0 3-7 2-7 5.5"/><circle cx="4.5" cy="3.25" r="1.5"/><circle cx="4.5" cy="12.75" r="1.5"/><circle cx="11.5" cy="4" r="1.5"/>""");
    public static readonly HtmlString Tag = Draw("""<path d="M2.5 2.5h5l6 6-5 5-6-6z"/><circle cx="5.25" cy="5.25" r=".5" fill="currentcolor"/>""");
    public static readonly HtmlString Commit = Draw("""<circle cx="8" cy="8" r="2.5"/><path d="M1.5 8h4m5 0h4"/>""");
    public static readonly HtmlString Person = Draw("""<circle cx="8" cy="5" r="2.75"/><path d="M2.75 14c.4-3 2.5-4.5 5.25-4.5s4.85 1.5 5.25 4.5"/>""");
    public static readonly HtmlString Theme = Draw("""<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentcolor"/>""");
    public static readonly HtmlString Chevron = Draw("""<path d="m4.5 6.5 3.5 3.5 3.5-3.5"/>""");
    public static readonly HtmlString Terminal = Draw("""<path d="M2 3.5h12v9H2zM4.5 6.25 6.5 8l-2 1.75M8 10.25h3"/>""");
    public static readonly HtmlString Eye = Draw("""<path d="M1.5 8S4 3.75 8 3.75 14.5 8 14.5 8 12 12.25 8 12.25 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.75"/>""");
    public static readonly HtmlString Lock = Draw("""<path d="M3.5 7.5h9v6h-9zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2"/>""");
    public static readonly HtmlString Plus = Draw("""<path d="M8 3v10M3 8h10"/>""");
    public static readonly HtmlString Project = Draw("""<path d="M2.5 3.5h4l1.5 2h5.5v7.5h-11z"/>""");
    public static readonly HtmlString Runner = Draw("""<path d="M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.1M5 11h.1M8 5h3M8 11h3"/>""");
    public static readonly HtmlString Box = Draw("""<path d="m2.5 5 5.5-2.5L13.5 5v6L8 13.5 2.5 11zM2.5 5 8 7.5 13.5 5M8 7.5v6"/>""");

    public static readonly HtmlString Folder = Draw("""<path d="M2.5 3.5h4l1.5 2h5.5v7.5h-11z" fill="currentcolor" fill-opacity=".12"/>""");
    public static readonly HtmlString File = Draw("""<path d="M4 2.5h5.5L12.5 5.5v8h-8.5zM9.5 2.5v3h3"/>""");
    public static readonly HtmlString Up = Draw("""<path d="M8 13V3.5M4 7l4-4 4 4"/>""");
    public static readonly HtmlString Down = Draw("""<path d="M8 3v9.5M4 9l4 4 4-4"/>""");
    public static readonly HtmlString ToTop = Draw("""<path d="M3 2.5h10M8 13.5v-8M4.5 9 8 5.5 11.5 9"/>""");
    public static readonly HtmlString ToBottom = Draw("""<path d="M3 13.5h10M8 2.5v8M4.5 7 8 10.5 11.5 7"/>""");
    public static readonly HtmlString FullScreen = Draw("""<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"/>""");

    private static HtmlString Draw(string shapes) => new($"""<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{shapes}</svg>""");
}
