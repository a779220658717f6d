using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using Gantry.Coordinator.Web.Logs;

namespace Gantry.Coordinator.Tests.Web.Logs;

public sealed class LogLookTests
{
    [Theory]
    [InlineData("\e[31mx", "term-fg-red")]
    [InlineData("\e[31;1mx", "term-bold term-fg-l-red")]
    [InlineData("\e[1;31m\e[22mx", "term-fg-red")]
    [InlineData("\e[92mx", "term-fg-l-green")]
    [InlineData("\e[44;97mx", "term-fg-l-white term-bg-blue")]
    [InlineData("\e[104mx", "term-bg-l-blue")]
    [InlineData("\e[38;5;208mx", "xterm-fg-208")]
    [InlineData("\e[38;5;9mx", "term-fg-l-red")]
    [InlineData("\e[48;5;208;4mx", "term-underline xterm-bg-208")]
    [InlineData("\e[38:5:208mx", "xterm-fg-208")]
    [InlineData("\e[4:3mx", "term-underline")]
    [InlineData("\e[4m\e[4:0mx", "")]
    [InlineData("\e[2;3;9mx", "term-faint term-italic term-cross")]
    [InlineData("\e[7mx", "term-inverse")]
    [InlineData("\e[58;5;1;3mx", "term-italic")]
    [InlineData("\e[31m\e[0;mx", "")]
    [InlineData("\e[31m\e[mx", "")]
    [InlineData("\e[31m\e[39mx", "")]
    [InlineData("\e[38;5mx", "")]
    [InlineData("\e[999mx", "")]
    [InlineData("\e[?1mx", "")]
    public void Rendition_codes_become_classes(string raw, string classes)
    {
        var line = Assert.Single(FollowedLog.Read(raw + "\n").Lines);

        Assert.Equal("x", line.Text);
        Assert.Equal(classes, line.Runs.Count == 0 ? "" : LogClasses.Of(line.Runs[0].Style));
    }

    [Theory]
    [InlineData("\e[38;2;255;128;0mx")]
    [InlineData("\e[38:2:255:128:0mx")]
    [InlineData("\e[38:2::255:128:0mx")]
    public void True_colour_is_kept(string raw) =>
        Assert.Equal("#ff8000", LogColour.Hex(FollowedLog.Read(raw + "\n").Lines[0].Runs[0].Style.Foreground));

    [Fact]
    public void A_look_lasts_over_lines_but_not_into_another_stream()
    {
        var log = FollowedLog.Read(
            "2026-08-22T10:11:12.123456Z 01O \e[31mred\n2026-08-22T10:11:12.123456Z 01E plain\n2026-08-22T10:11:12.123456Z 01O still red\n");

        Assert.Equal([1, 0, 1], log.Lines.Select(line => line.Runs.Count));
    }

    [Fact]
    public void Every_colour_of_the_palette_can_be_read_on_the_console()
    {
        foreach (var rule in LogClasses.Stylesheet().Split('\n').Where(rule => rule.Contains("-fg-", StringComparison.Ordinal) && !rule.Contains("-bg-", StringComparison.Ordinal)))
        {
            var colour = Convert.ToInt32(rule[(rule.IndexOf('#', StringComparison.Ordinal) + 1)..].TrimEnd('}'), 16);
            Assert.True(LogContrast.Ratio(colour, LogContrast.Console) >= 4.5, rule);
        }
    }

    [Theory]
    [InlineData("see https://a.example/x?y=1#z.", "https://a.example/x?y=1#z")]
    [InlineData("(http://a.example/b_(c))", "http://a.example/b_(c)")]
    [InlineData("\"http://a.example\"", "http://a.example")]
    [InlineData("javascript://a.example", null)]
    [InlineData("xhttp://a.example", null)]
    [InlineData("http://", null)]
    [InlineData("http://...", null)]
    public void Only_http_addresses_become_links(string text, string? link)
    {
        var found = LogLinks.Find(text);

        Assert.Equal(link is null ? [] : [link], found.Select(range => text.Substring(range.Start, range.Length)));
    }

    [Fact]
    public void Segments_give_back_the_whole_line()
    {
        var pieces = Gen.OneOf(new[] { "\e[31m", "\e[0m", "\e[1m", "http://a.b/", "c", " ", "<b>", "&" }.Select(s => Gen.Const(s)).ToArray());
        pieces.Array[0, 20].Sample(parts =>
        {
            foreach (var line in FollowedLog.Read(string.Concat(parts) + "\n").Lines)
                Assert.Equal(line.Text, string.Concat(LogSegments.Of(line).Select(s => line.Text.Substring(s.Start, s.Length))));
        }, iter: 2_000);
    }

    [Fact]
    public void Html_encodes_everything_a_log_may_hold()
    {
        var line = FollowedLog.Read("\e[32m<script>alert('1')</script>\e[0m http://a.b/?x=1&y=\u200b2\"onmouseover=1 \e[38;2;250;120;0mo\n").Lines[0];
        using var writer = new StringWriter();

        new LogHtml(line).WriteTo(writer, HtmlEncoder.Default);

        Assert.Equal("<span class=\"term-fg-green\">&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;</span> "
            + "<a rel=\"nofollow noopener noreferrer\" target=\"_blank\" href=\"http://a.b/?x=1&amp;y=&#x200B;2\">http://a.b/?x=1&amp;y=&#x200B;2</a>"
            + "&quot;onmouseover=1 <span class=\"xterm-fg-208\">o</span>", writer.ToString());
    }

    [Fact]
    public void Json_says_what_the_viewer_needs_and_no_more()
    {
        var parser = new LogParser();
        parser.Append("section_start:5:s[collapsed=true]\r\e[0KTitle\n2026-08-22T10:11:12.123456Z 01E \e[31mred\e[0m http://a.b \e[48;2;1;2;3mx\nsection_end:9:s\r\e[0K\n"u8);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            LogJson.WriteMembers(json, parser.TakeChanges());
            json.WriteEndObject();
        }

        const string expected = """
            {"count":2,"offset":136,"sections":[{"id":1,"name":"s","parent":0,"line":1,"start":5,"end":9,"collapsed":true}],
            "lines":[{"n":1,"h":1,"c":["Title"]},{"n":2,"t":1787393472123,"e":1,"s":1,"c":[["red","term-fg-red"]," ",
            ["http://a.b","","http://a.b"]," ",["x","","","","#010203"]]}]}
            """;
        Assert.Equal(expected.ReplaceLineEndings(""), Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
