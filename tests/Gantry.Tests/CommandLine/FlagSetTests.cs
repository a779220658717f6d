using Gantry.CommandLine;

namespace Gantry.Tests.CommandLine;

public sealed class FlagSetTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly FlagSet _flags = new();

    [Theory]
    [InlineData("--url", "http://x")]
    [InlineData("-url", "http://x")]
    [InlineData("--url=http://x")]
    [InlineData("-u", "http://x")]
    [InlineData("-u=http://x")]
    public void One_or_two_dashes_and_both_forms_of_value_are_equal(params string[] words)
    {
        var url = _flags.Text("url, u", "");

        var outcome = _flags.Parse(words, Nothing);

        Assert.Empty(outcome.Problems);
        Assert.Equal("http://x", url.Value);
        Assert.True(url.IsSet);
    }

    [Fact]
    public void An_empty_value_behind_equals_does_not_take_the_next_flag()
    {
        var tags = _flags.Text("tag-list", "");
        var url = _flags.Text("url", "");

        _flags.Parse(["--tag-list=", "--url", "x"], Nothing);

        Assert.Equal("", tags.Value);
        Assert.Equal("x", url.Value);
    }

    [Theory]
    [InlineData("--locked", true)]
    [InlineData("--locked=true", true)]
    [InlineData("--locked=1", true)]
    [InlineData("--locked=false", false)]
    public void A_switch_takes_a_value_only_behind_equals(string word, bool expected)
    {
        var locked = _flags.Switch("locked", "", initial: !expected);

        var outcome = _flags.Parse([word, "rest"], Nothing);

        Assert.Equal(expected, locked.Value);
        Assert.Equal(["rest"], outcome.Arguments);
    }

    [Fact]
    public void A_three_state_boolean_takes_the_next_word()
    {
        var flag = _flags.OptionalBoolean("clean", "");

        _flags.Parse(["--clean", "false"], Nothing);

        Assert.False(flag.Value);
        Assert.True(flag.IsSet);
    }

    [Fact]
    public void The_command_line_beats_the_environment_which_beats_the_default()
    {
        var url = _flags.Text("url", "", "CI_SERVER_URL", "default");
        var token = _flags.Text("token", "", "CI_SERVER_TOKEN", "default");
        var name = _flags.Text("name", "", "RUNNER_NAME", "default");

        _flags.Parse(["--url", "flag"], new Dictionary<string, string> { ["CI_SERVER_URL"] = "environment", ["CI_SERVER_TOKEN"] = "environment" });

        Assert.Equal(("flag", "environment", "default"), (url.Value, token.Value, name.Value));
    }

    [Fact]
    public void A_list_takes_one_element_from_the_environment_and_one_per_flag()
    {
        var volumes = _flags.List("docker-volumes", "", "DOCKER_VOLUMES");

        _flags.Parse(["--docker-volumes", "b", "--docker-volumes=c"], new Dictionary<string, string> { ["DOCKER_VOLUMES"] = "a,a" });

        Assert.Equal(["a,a", "b", "c"], volumes);
    }

    [Fact]
    public void Parsing_stops_at_the_first_word_and_behind_two_dashes()
    {
        _flags.Switch("x", "");

        Assert.Equal(["word", "--x"], _flags.Parse(["--x", "word", "--x"], Nothing).Arguments);
        Assert.Equal(["--x"], _flags.Parse(["--", "--x"], Nothing).Arguments);
        Assert.Equal(["-"], _flags.Parse(["-"], Nothing).Arguments);
    }

    [Fact]
    public void An_unknown_flag_suggests_the_nearest_one()
    {
        _flags.Text("registration-token, r", "");

        var outcome = _flags.Parse(["--registraton-token", "x"], Nothing);

        Assert.Contains("did you mean --registration-token?", Assert.Single(outcome.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        _flags.Integer("limit", "");
        _flags.Duration("timeout", "", "TIMEOUT");

        var outcome = _flags.Parse(["--limit", "many", "--nothing"], new Dictionary<string, string> { ["TIMEOUT"] = "5" });

        Assert.Equal(3, outcome.Problems.Count);
    }

    [Fact]
    public void A_missing_value_is_told() =>
        Assert.Contains("flag needs an argument", ParseProblem(["--limit"]), StringComparison.Ordinal);

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("90s", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("500ms", 0.5)]
    [InlineData("0", 0)]
    [InlineData("-1m", -60)]
    public void Durations_are_read_as_Go_writes_them(string text, double seconds)
    {
        var (value, problem) = GoText.Duration(text);

        Assert.Null(problem);
        Assert.Equal(seconds, value.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("1d")]
    [InlineData("h")]
    [InlineData("1h30")]
    public void Other_durations_are_refused(string text) => Assert.NotNull(GoText.Duration(text).Problem);

    private string ParseProblem(string[] words)
    {
        _flags.Integer("limit", "");
        return Assert.Single(_flags.Parse(words, Nothing).Problems);
    }
}
