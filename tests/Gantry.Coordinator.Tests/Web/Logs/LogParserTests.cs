using System.Text;
using CsCheck;
using Gantry.Coordinator.Web.Logs;

namespace Gantry.Coordinator.Tests.Web.Logs;

public sealed class LogParserTests
{
    private const string Header = "2026-08-22T10:11:12.123456Z 01O ";
    private const string More = "2026-08-22T10:11:13.000000Z 01O+";
    private const string Error = "2026-08-22T10:11:12.123456Z 01E ";

    [Fact]
    public void Bare_lines_are_numbered_from_one()
    {
        var log = FollowedLog.Read("one\ntwo\r\n\nlast");

        Assert.Equal(["one", "two", "", "last"], log.Texts);
        Assert.Equal([1, 2, 3, 4], log.Lines.Select(line => line.Number));
        Assert.All(log.Lines, line => Assert.Null(line.Time));
    }

    [Fact]
    public void Timestamp_headers_are_taken_off_and_read()
    {
        var log = FollowedLog.Read($"{Header}hello\n{Error}oops\n");

        Assert.Equal(["hello", "oops"], log.Texts);
        Assert.Equal(DateTimeOffset.Parse("2026-08-22T10:11:12.123Z", null).ToUnixTimeMilliseconds(), log.Lines[0].Time);
        Assert.Equal([false, true], log.Lines.Select(line => line.IsError));
    }

    [Theory]
    [InlineData("2026-08-22T10:11:12.123456Z 01X text")]
    [InlineData("2026-13-22T10:11:12.123456Z 01O text")]
    [InlineData("2026-02-30T10:11:12.123456Z 01O text")]
    [InlineData("2026-08-22T10:11:12.12345Z 01O text")]
    [InlineData("2026-08-22T10:11:12.123456Z 0GO text")]
    public void What_only_resembles_a_header_is_text(string line) => Assert.Equal([line], FollowedLog.Read(line + "\n").Texts);

    [Fact]
    public void A_continuation_joins_the_last_line_of_its_own_stream()
    {
        var log = FollowedLog.Read($"{Header}out 1, \n{Error}err 1\n{More}out 2\n");

        Assert.Equal(["out 1, out 2", "err 1"], log.Texts);
    }

    [Fact]
    public void A_carriage_return_begins_the_line_anew_across_continuations()
    {
        var log = FollowedLog.Read($"{Header}10%\r\n{More}20%\r\n{More}\e[K30%\r\n{More}done\n{Header}next\n");

        Assert.Equal(["done", "next"], log.Texts);
    }

    [Fact]
    public void Erasing_at_the_line_start_clears_it() => Assert.Equal(["", "x"], FollowedLog.Read("50%\r\e[K\nx\n").Texts);

    [Fact]
    public void A_lone_carriage_return_at_the_end_keeps_the_text() => Assert.Equal(["50%"], FollowedLog.Read("50%\r\n").Texts);

    [Fact]
    public void The_runners_sections_get_their_title_from_the_continuation()
    {
        var log = FollowedLog.Read(
            "2026-08-22T10:11:12.123456Z 00O section_start:1755857472:prepare_executor\r\e[0K\n"
            + "2026-08-22T10:11:12.123460Z 00O+\e[0K\e[36;1mPreparing the \"docker\" executor\e[0;m\e[0;m\n"
            + "2026-08-22T10:11:12.200000Z 00O Using image\n"
            + "2026-08-22T10:11:20.000000Z 00O section_end:1755857480:prepare_executor\r\e[0K\n"
            + "2026-08-22T10:11:20.000000Z 00O+section_start:1755857480:get_sources\r\e[0K\n"
            + "2026-08-22T10:11:20.000000Z 00O+\e[0K\e[36;1mGetting source\e[0;m\n"
            + "2026-08-22T10:11:21.000000Z 00O section_end:1755857481:get_sources\r\e[0K\n"
            + "2026-08-22T10:11:21.000000Z 00O+\e[32;1mJob succeeded\e[0;m\n");

        Assert.Equal(["Preparing the \"docker\" executor", "Using image", "Getting source", "Job succeeded"], log.Texts);
        Assert.Equal([1, 0, 2, 0], log.Lines.Select(line => line.HeaderOf));
        Assert.Equal([0, 1, 0, 0], log.Lines.Select(line => line.Section));
        Assert.Equal(8, log.Sections[1].End - log.Sections[1].Start);
        Assert.Equal([1, 3], log.Sections.Values.Select(section => section.HeaderLine));
    }

    [Fact]
    public void Sections_of_a_script_nest_and_close_what_was_left_open_inside()
    {
        var log = FollowedLog.Read(
            "section_start:10:outer[collapsed=true,hide_duration=true]\r\e[0KOuter\n"
            + "section_start:11:inner\r\e[0KInner\nx\n"
            + "section_end:15:outer\r\e[0Kafter\n");

        Assert.Equal(["Outer", "Inner", "x", "after"], log.Texts);
        Assert.Equal([0, 1, 2, 0], log.Lines.Select(line => line.Section));
        Assert.True(log.Sections[1] is { Collapsed: true, HideDuration: true, End: 15 });
        Assert.True(log.Sections[2] is { Collapsed: false, Parent: 1, End: 15 });
    }

    [Fact]
    public void A_section_without_a_title_shows_its_name()
    {
        var log = FollowedLog.Read("section_start:10:build\r\e[0K\nmake\nsection_end:12:build\r\e[0K\n");

        Assert.Equal(["build", "make"], log.Texts);
        Assert.Equal(1, log.Lines[0].HeaderOf);
    }

    [Fact]
    public void Text_before_a_marker_stays_outside()
    {
        var log = FollowedLog.Read("before section_start:1:section_script_step_0\r\e[0Ktitle\ninside section_end:2:section_script_step_0\r\e[0Kafter\n");

        Assert.Equal(["before ", "title", "inside ", "after"], log.Texts);
        Assert.Equal([0, 0, 1, 0], log.Lines.Select(line => line.Section));
    }

    [Fact]
    public void An_end_without_a_start_is_ignored() => Assert.Equal(["a", "b"], FollowedLog.Read("a\nsection_end:1:x\r\e[0K\nb\n").Texts);

    [Theory]
    [InlineData("\e[2Jtext", "text")]
    [InlineData("\e[1;1Htext\e[?25l", "text")]
    [InlineData("\e]0;title\atext", "text")]
    [InlineData("\e]8;;http://x\e\\text\e]8;;\e\\", "text")]
    [InlineData("\e(Btext\e=", "text")]
    [InlineData("te\axt\b\u0001\u007f", "text")]
    [InlineData("text\e[31", "text")]
    [InlineData("text\e", "text")]
    [InlineData("a\tb", "a\tb")]
    public void Other_controls_are_dropped(string raw, string visible) => Assert.Equal([visible], FollowedLog.Read(raw + "\n").Texts);

    [Fact]
    public void Invalid_utf8_is_replaced() => Assert.Equal(["a\ufffdb"], FollowedLog.Read([[(byte)'a', 0xFF, (byte)'b', (byte)'\n']]).Texts);

    [Fact]
    public void A_line_without_end_is_shown_while_it_grows()
    {
        var parser = new LogParser();
        var log = new FollowedLog();

        parser.Append("Continue? "u8);
        log.Take(parser.TakeChanges());
        Assert.Equal(["Continue? "], log.Texts);

        parser.Append("yes\nnext"u8);
        log.Take(parser.TakeChanges());
        Assert.Equal(["Continue? yes", "next"], log.Texts);
    }

    [Fact]
    public void A_marker_that_arrives_in_pieces_leaves_no_line_behind()
    {
        var parser = new LogParser();
        var log = new FollowedLog();
        foreach (var piece in new[] { "section_start:1:a\r\e[0KA\nx\nsection_e", "nd:2:a\r\e[0K\n" })
        {
            parser.Append(Encoding.UTF8.GetBytes(piece));
            log.Take(parser.TakeChanges());
        }

        Assert.Equal(["A", "x"], log.Texts);
    }

    [Fact]
    public void A_very_long_line_goes_on_as_the_next()
    {
        var log = FollowedLog.Read(new string('x', 200_000) + "é\nend\n");

        Assert.Equal(200_001, log.Texts.Take(log.Lines.Count - 1).Sum(text => text.Length));
        Assert.Equal("end", log.Texts[^1]);
        Assert.DoesNotContain('\ufffd', string.Concat(log.Texts));
    }

    [Fact]
    public void However_the_bytes_are_cut_the_lines_are_the_same()
    {
        Gen.Select(Pieces.Array[0, 60], Gen.Int[1, 40].Array[1, 40]).Sample((pieces, cuts) =>
        {
            var bytes = pieces.SelectMany(piece => piece).ToArray();
            var whole = FollowedLog.Read([bytes]).Describe();
            Assert.Equal(whole, FollowedLog.Read(Cut(bytes, cuts)).Describe());
        }, iter: 3_000);
    }

    [Fact]
    public void However_a_long_line_is_cut_the_lines_are_the_same()
    {
        Gen.Select(Pieces.Array[4_000, 9_000], Gen.Int[1_000, 90_000].Array[1, 8]).Sample((pieces, cuts) =>
        {
            var bytes = pieces.SelectMany(piece => piece).Where(b => b != '\n').ToArray();
            var whole = FollowedLog.Read([bytes]).Describe();
            Assert.Equal(whole, FollowedLog.Read(Cut(bytes, cuts)).Describe());
        }, iter: 40);
    }

    [Fact]
    public void Text_without_controls_comes_out_as_it_went_in()
    {
        Gen.String[Gen.Char[' ', '\uD7FF'].Where(c => !char.IsControl(c)), 0, 50].Array[1, 20].Sample(lines =>
            Assert.Equal(lines, FollowedLog.Read(string.Join('\n', lines) + "\n").Texts), iter: 500);
    }

    // What logs are made of, whole and broken.
    private static Gen<byte[]> Pieces { get; } = Gen.OneOf(
        Gen.OneOf(new[]
        {
            "\n", "\n", "\n", "\r", "\r\n", Header, "\n" + Header, "\n" + More, "\n" + Error,
            "\n2026-08-22T10:11:13.000000Z 01E+", "\n2026-08-22T10:11:13.000000Z 00O ", "\n2026-08-22T10:11:13.000000Z 00O+",
            "section_start:10:a\r\e[0K", "section_start:11:b[collapsed=true]\r\e[0K", "section_end:12:a\r\e[0K",
            "section_end:13:b\r\e[0K", "section_end:14:c\r\e[0K", "section_start:x:a\r\e[0K",
            "\e[0K", "\e[31;1m", "\e[0m", "\e[38;5;208m", "\e[48;2;1;2;3m", "\e[", "\e", "\e]0;t\a", "\e]8;;", "\e\\",
            "text", " ", "é", "中文", "😀", "http://a.b/c",
        }.Select(text => Gen.Const(Encoding.UTF8.GetBytes(text))).ToArray()),
        Gen.Byte.Array[1, 4]);

    private static IEnumerable<byte[]> Cut(byte[] bytes, int[] cuts)
    {
        var at = 0;
        for (var i = 0; at < bytes.Length; i++)
        {
            var length = Math.Min(cuts[i % cuts.Length], bytes.Length - at);
            yield return bytes[at..(at + length)];
            at += length;
        }
    }
}
