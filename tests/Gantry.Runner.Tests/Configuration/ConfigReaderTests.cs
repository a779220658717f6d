using Gantry.Runner.Configuration;
using Gantry.Runner.Registration;

namespace Gantry.Runner.Tests.Configuration;

public sealed class ConfigReaderTests
{
    [Fact]
    public void All_problems_are_found_with_line_and_key()
    {
        var problems = Problems("""
            concurrent = "4"
            [[runners]]
              name = 5
              prepare_timeout = "1 day"
              [runners.docker]
                volumes = "/cache"
                [runners.docker.sysctls]
                  "net.core.somaxconn" = 1024
            """);

        Assert.Equal([1, 3, 4, 6, 8], problems.Select(p => p.Line));
        Assert.Equal(
            ["concurrent", "runners.name", "runners.prepare_timeout", "runners.docker.volumes", "runners.docker.sysctls.net.core.somaxconn"],
            problems.Select(p => p.Key));
        Assert.Equal(
            "config.toml:3: runners.name: incompatible types: TOML value has type int64; destination has type string; put the value in quotes",
            problems[1].ToString());
    }

    [Fact]
    public void One_bracket_instead_of_two_is_explained() =>
        Assert.Contains("write [[runners]] with two brackets", Assert.Single(Problems("[runners]\nname = \"x\"\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void Broken_syntax_names_its_line() => Assert.Equal(2, Problems("concurrent = 1\n[[runners\n")[0].Line);

    [Fact]
    public void Keys_match_without_case_and_the_exact_one_wins()
    {
        var table = Parse("Concurrent = 5\n[[Runners]]\nNAME = \"a\"\nname = \"b\"\n[Runners.cache]\ntype = \"s3\"\n").Table;

        Assert.Equal(5, table.Number("concurrent"));
        Assert.Equal(("b", "s3"), (table.Tables("runners")[0].Text("name"), table.Tables("runners")[0].Table("cache")!.Text("Type")));
    }

    [Fact]
    public void Unknown_keys_are_kept_apart()
    {
        var document = Parse("[[runners]]\nbuids_dir = \"x\"\n[runner.docker]\nimage = \"y\"\n");

        Assert.Equal(["runners.buids_dir", "runner", "runner.docker", "runner.docker.image"], document.UnknownKeys.Select(key => key.Key));
        Assert.Equal(("builds_dir", "runners"), (document.UnknownKeys[0].Meant, document.UnknownKeys[1].Meant));
    }

    [Fact]
    public void Durations_are_texts_or_nanoseconds()
    {
        var table = Parse("connection_max_age = 90000000000\n[[runners]]\nunhealthy_interval = \"1.5h\"\n").Table;

        Assert.Equal(TimeSpan.FromSeconds(90), table.Duration("connection_max_age"));
        Assert.Equal(TimeSpan.FromMinutes(90), table.Tables("runners")[0].Duration("unhealthy_interval"));
    }

    [Fact]
    public void An_integer_is_a_float_and_a_float_is_no_integer()
    {
        Assert.Equal(2, Parse("[[runners]]\n[runners.machine]\nIdleScaleFactor = 2\n").Table.Tables("runners")[0].Table("machine")!.Fraction("IdleScaleFactor"));
        Assert.Single(Problems("concurrent = 1.0\n"));
    }

    [Fact]
    public void Free_tables_keep_everything()
    {
        var table = Parse("""
            [[runners]]
              [runners.autoscaler.plugin_config]
                name = "asg"
                sizes = [1, 2]
                [runners.autoscaler.plugin_config.deep]
                  on = true
            """).Table.Tables("runners")[0].Table("autoscaler")!.FreeTable("plugin_config")!;

        Assert.Equal("asg", table["name"]);
        Assert.Equal(new List<object> { 1L, 2L }, table["sizes"]);
        Assert.True((bool)((IReadOnlyDictionary<string, object>)table["deep"])["on"]);
    }

    [Fact]
    public void Asking_for_a_key_that_does_not_exist_is_a_mistake_of_the_program()
    {
        var table = Parse("").Table;

        Assert.Throws<InvalidOperationException>(() => table.Text("no_such_key"));
        Assert.Throws<InvalidOperationException>(() => table.Text("concurrent"));
    }

    [Fact]
    public void Every_flag_has_its_own_name_and_sets_its_key()
    {
        var names = RunnerFlags.All.SelectMany(f => f.Key.Flags).ToList();

        Assert.Empty(names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key));
        Assert.True(names.Count > 250, $"{names.Count} flags");
        Assert.All(names, name => Assert.StartsWith("-", name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_docker_table_reaches_its_executor()
    {
        var settings = SettingsReader.Build(
            Parse("""
                [[runners]]
                  executor = "docker"
                  [runners.docker]
                    image = "ruby:3.3"
                    privileged = true
                    volumes = ["/cache"]
                    pull_policy = "if-not-present"
                    services_limit = 2
                    [runners.docker.ulimit]
                      nofile = "1024:2048"
                    [[runners.docker.services]]
                      name = "redis"
                      alias = "cache"
                """),
            "s_123456789012", Some.Context());

        var docker = DockerSettingsReader.Read(settings.Runners[0]);

        Assert.Equal(("ruby:3.3", true, 2), (docker.Image, docker.Privileged, docker.ServicesLimit));
        Assert.Equal(["/cache"], docker.Volumes);
        Assert.Equal(["if-not-present"], docker.PullPolicy);
        Assert.Equal("1024:2048", docker.Ulimit["nofile"]);
        Assert.Equal(("redis", "cache"), (docker.Services[0].Name, docker.Services[0].Alias));
    }

    [Theory]
    [InlineData("docker-windows", 0)]
    [InlineData("docker", 1)]
    public void Volumes_are_read_as_the_executor_s_containers_write_paths(string executor, int problems)
    {
        var settings = SettingsReader.Build(
            Parse($"""
                [[runners]]
                  executor = "{executor}"
                  [runners.docker]
                    volumes = ['c:\cache']
                """),
            "s_123456789012", Some.Context());

        Assert.Equal(problems, DockerSettingsReader.Read(settings.Runners[0]).Problems().Count);
    }

    private static ConfigDocument Parse(string toml) => ConfigReader.Parse(toml, "config.toml");

    private static IReadOnlyList<ConfigProblem> Problems(string toml) => Assert.Throws<ConfigurationException>(() => Parse(toml)).Problems;
}

public sealed class SettingsReaderTests
{
    [Theory]
    [InlineData("https://$HOST/", "https://gitlab.example.com/")]
    [InlineData("https://${HOST}/x", "https://gitlab.example.com/x")]
    [InlineData("$NOBODY", "")]
    [InlineData("a$", "a$")]
    [InlineData("a$/b", "a$/b")]
    [InlineData("$$HOST", "HOST")]
    public void Addresses_and_tokens_are_expanded_from_the_environment(string given, string expected) =>
        Assert.Equal(expected, SettingsReader.Expand(given, name => name == "HOST" ? "gitlab.example.com" : null));

    [Fact]
    public void An_entry_becomes_settings()
    {
        var document = ConfigReader.Parse(
            """
            check_interval = 10
            shutdown_timeout = 60
            [[runners]]
              name = "one"
              url = "https://gitlab.example.com/"
              token = "glrt-t1_abcdefghijk"
              id = 4
              executor = "shell"
              limit = 2
              output_limit = 8
              environment = ["A=1", "nothing"]
              unhealthy_interval = "2m"
              [runners.feature_flags]
                FF_TIMESTAMPS = false
              [runners.custom_build_dir]
                enabled = true
            """,
            "config.toml");

        var settings = SettingsReader.Build(document, "s_123456789012", Some.Context());

        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), 1), (settings.CheckInterval, settings.ShutdownTimeout, settings.Concurrent));
        var runner = Assert.Single(settings.Runners);
        Assert.Equal((2, 1, 3, TimeSpan.FromMinutes(2)), (runner.Limit, runner.RequestConcurrency, runner.UnhealthyRequestsLimit, runner.UnhealthyInterval));
        Assert.Equal(("one", "abcdefghi", 4, "shell", 8), (runner.Settings.Name, runner.Settings.ShortToken, runner.Settings.Id, runner.Settings.Executor, runner.Settings.OutputLimitKiB));
        Assert.Equal(["A=1"], runner.Settings.Environment);
        Assert.False(runner.Settings.FeatureFlags["FF_TIMESTAMPS"]);
        Assert.True(runner.Settings.CustomBuildDirEnabled);
    }
}
