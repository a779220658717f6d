using Gantry.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Tests.Logging;

public sealed partial class LineLoggerTests
{
    private readonly StringWriter _text = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 22, 10, 11, 12, TimeSpan.Zero));

    [Fact]
    public void The_runner_format_pads_the_message_and_always_resets()
    {
        Say(LogFormat.Runner, logger => Received(logger, 7, "http://x"));

        Assert.Equal("Checking for jobs... received                     \e[0;m job\e[0;m=7 repo_url\e[0;m=http://x\n", _text.ToString());
    }

    [Fact]
    public void Warnings_and_errors_carry_their_prefix()
    {
        Say(LogFormat.Runner, logger => Broken(logger));

        Assert.StartsWith("\e[31;1mERROR: it broke", _text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_format_quotes_what_needs_it()
    {
        Say(LogFormat.Text, logger => Received(logger, 7, "a b"));

        Assert.Equal(
            "time=\"2026-08-22T10:11:12.0000000Z\" level=info msg=\"Checking for jobs... received\" job=7 repo_url=\"a b\"\n", _text.ToString());
    }

    [Fact]
    public void The_json_format_has_sorted_keys()
    {
        Say(LogFormat.Json, logger => Received(logger, 7, "x"));

        Assert.Equal(
            """{"job":"7","level":"info","msg":"Checking for jobs... received","repo_url":"x","time":"2026-08-22T10:11:12.0000000Z"}""" + "\n",
            _text.ToString());
    }

    [Fact]
    public void Scopes_add_their_fields()
    {
        Say(LogFormat.Text, logger =>
        {
            using (logger.BeginScope(new KeyValuePair<string, object?>[] { new("job-status", "canceling") }))
            {
                Received(logger, 7, "x");
            }
        });

        Assert.EndsWith("msg=\"Checking for jobs... received\" job=7 job-status=canceling repo_url=x\n", _text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_below_the_level_are_not_written()
    {
        using var provider = new LineLoggerProvider(_text, _time) { Level = LogLevel.Error };

        Received(provider.CreateLogger("Gantry.X"), 1, "x");

        Assert.Equal("", _text.ToString());
    }

    [Fact]
    public void The_web_server_speaks_from_warnings_on()
    {
        using var provider = new LineLoggerProvider(_text, _time);

        Assert.False(provider.CreateLogger("Microsoft.AspNetCore.Hosting").IsEnabled(LogLevel.Information));
        Assert.True(provider.CreateLogger("Microsoft.AspNetCore.Hosting").IsEnabled(LogLevel.Warning));
    }

    private void Say(LogFormat format, Action<ILogger> say)
    {
        using var provider = new LineLoggerProvider(_text, _time) { Format = format };
        say(provider.CreateLogger("Gantry.Runner"));
    }

    [LoggerMessage(1, LogLevel.Information, "Checking for jobs... received")]
    private static partial void Received(ILogger logger, long job, string repo_url);

    [LoggerMessage(2, LogLevel.Error, "it broke")]
    private static partial void Broken(ILogger logger);
}
