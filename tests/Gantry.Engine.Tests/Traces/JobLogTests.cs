using System.Text;
using Gantry.Engine.Traces;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Engine.Tests.Traces;

public sealed class JobLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-log-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 22, 10, 11, 12, TimeSpan.Zero));
    private readonly TraceSpool _spool;

    public JobLogTests() => _spool = TraceSpool.Open(Path.Combine(_folder, "trace"), null);

    public void Dispose()
    {
        _spool.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Messages_have_the_runners_colours()
    {
        var log = Plain();

        log.Line("plain");
        log.Info("good");
        log.Warning("careful");
        log.Error("bad");

        Assert.Equal(
            "\e[0Kplain\e[0;m\n\e[32;1mgood\e[0;m\n\e[0;33mWARNING: careful\e[0;m\n\e[31;1mERROR: bad\e[0;m\n", Text());
    }

    [Theory]
    [InlineData("a line\n", true)]
    [InlineData("progress\r", true)]
    [InlineData("an open line", false)]
    [InlineData("a line and the beginning of a token glpat-\nabc", false)]
    [InlineData("the first line of a hidden value: first\n", false)]
    public void A_log_is_settled_where_nothing_is_held_back_and_nothing_hidden_can_have_begun(string text, bool settled)
    {
        foreach (var timestamps in new[] { true, false })
        {
            var log = new JobLog(_spool, new JobLogSettings { Timestamps = timestamps, Masks = new MaskRules { Phrases = ["first\nsecond"] } }, _time);
            log.Write(LogStream.ScriptOutput, Encoding.UTF8.GetBytes(text));

            Assert.Equal(settled ? _spool.Size : null, log.SettledAt(LogStream.ScriptOutput));
        }
    }

    [Fact]
    public void A_section_marker_stands_on_its_own_line_and_the_title_continues_it()
    {
        var log = new JobLog(_spool, new JobLogSettings(), _time);

        using (log.Section("prepare_executor"))
        {
            log.Line("Preparing");
            _time.Advance(TimeSpan.FromSeconds(2.5));
        }

        log.Close();
        Assert.Equal(
            "2026-08-22T10:11:12.000000Z 00O section_start:1787393472:prepare_executor\r\e[0K\n"
            + "2026-08-22T10:11:12.000000Z 00O+\e[0KPreparing\e[0;m\n"
            + "2026-08-22T10:11:14.500000Z 00O section_end:1787393474:prepare_executor\r\e[0K\n",
            Text());
    }

    [Fact]
    public void Without_the_feature_there_are_no_section_markers()
    {
        var log = new JobLog(_spool, new JobLogSettings { Timestamps = false, Sections = false }, _time);

        log.Section("get_sources").Dispose();

        Assert.Equal("", Text());
    }

    [Fact]
    public void Streams_have_their_own_numbers()
    {
        var log = new JobLog(_spool, new JobLogSettings(), _time);

        log.Write(LogStream.Runner, "r\n"u8);
        log.Write(LogStream.ScriptOutput, "o\n"u8);
        log.Write(LogStream.ScriptError, "e\n"u8);
        log.Write(LogStream.Service, "s\n"u8);

        Assert.Equal(["00O r", "01O o", "01E e", "0fO s"], Text().TrimEnd().Split('\n').Select(line => line[28..]));
    }

    [Fact]
    public void Secrets_found_later_are_hidden_from_then_on()
    {
        var log = Plain(new MaskRules { Phrases = ["job-secret"] });
        log.Write(LogStream.ScriptOutput, "job-secret vault-secret\n"u8);

        log.Mask(new MaskRules { Phrases = ["job-secret", "vault-secret"] });
        log.Write(LogStream.ScriptOutput, "job-secret vault-secret\n"u8);
        log.Mask("made-in-job");
        log.Write(LogStream.ScriptOutput, "job-secret vault-secret made-in-job\n"u8);

        Assert.Equal("[MASKED] vault-secret\n[MASKED] [MASKED]\n[MASKED] [MASKED] [MASKED]\n", Text());
    }

    [Fact]
    public void The_add_mask_command_hides_its_own_value_too()
    {
        var log = Plain(new MaskRules { AddMaskCommands = true });

        log.Write(LogStream.ScriptOutput, "before\n::add-"u8);
        log.Write(LogStream.ScriptOutput, "mask::made-in-"u8);
        log.Write(LogStream.ScriptOutput, "job\nit is made-in-job\n"u8);
        log.Write(LogStream.ScriptError, "made-in-job\n"u8);

        Assert.Equal("before\n::add-mask::[MASKED]\nit is [MASKED]\n[MASKED]\n", Text());
    }

    [Fact]
    public void The_add_mask_command_is_plain_text_unless_switched_on()
    {
        var log = Plain();

        log.Write(LogStream.ScriptOutput, "::add-mask::word\nword\n"u8);

        Assert.Equal("::add-mask::word\nword\n", Text());
    }

    [Fact]
    public void The_end_of_a_script_lets_out_what_was_held_back()
    {
        var log = new JobLog(_spool, new JobLogSettings { Masks = new MaskRules { Phrases = ["secret"] } }, _time);
        log.Write(LogStream.ScriptOutput, "no line end, secr"u8);

        log.EndStreams();
        log.Write(LogStream.Runner, "next\n"u8);

        Assert.Equal(
            "2026-08-22T10:11:12.000000Z 01O no line end, secr\n2026-08-22T10:11:12.000000Z 00O next\n", Text());
    }

    [Fact]
    public void A_token_is_hidden_whole_when_a_phrase_is_a_part_of_it()
    {
        var log = Plain(new MaskRules { Phrases = ["middle"] });

        log.Write(LogStream.ScriptOutput, "glpat-startmiddleend. https://x/?private_token=abmiddlecd ok\n"u8);

        Assert.Equal("glpat-[MASKED] https://x/?private_token=[MASKED] ok\n", Text());
    }

    [Fact]
    public void Broken_characters_are_replaced_and_split_ones_joined()
    {
        var log = Plain();
        var text = Encoding.UTF8.GetBytes("ä€🐤");

        foreach (var value in text)
        {
            log.Write(LogStream.ScriptOutput, [value]);
        }

        log.Write(LogStream.ScriptOutput, [0xE2, 0x82, (byte)'x', 0xFF, (byte)'\n']);

        Assert.Equal("ä€🐤\uFFFD\uFFFDx\uFFFD\n", Text());
    }

    [Fact]
    public void A_log_that_goes_on_after_a_crash_begins_a_new_line()
    {
        _spool.Append("torn li"u8);

        new JobLog(_spool, new JobLogSettings { Timestamps = false }, _time).Line("again");

        Assert.Equal("torn li\n\e[0Kagain\e[0;m\n", Text());
    }

    private JobLog Plain(MaskRules? masks = null) =>
        new(_spool, new JobLogSettings { Timestamps = false, Masks = masks ?? MaskRules.None }, _time);

    private string Text()
    {
        var bytes = new byte[_spool.Size];
        _spool.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
