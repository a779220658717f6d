using CsCheck;
using Gantry.Runner.Configuration;
using Gantry.Runner.Registration;

namespace Gantry.Runner.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private const string Two = """
        # our runners
        concurrent   =  4 # as many as cores
        surprise = "unknown key"

        [session_server]
          session_timeout = 1800

        # the first one
        [[runners]]
          name = "one"
          url = "$CI_URL"   # expanded on load
          token = "glrt-one"
          executor = "docker"
          [runners.docker]
            image = "ruby:3.3"
            [[runners.docker.services]]
              name = "redis"

        # the second one
        [[runners]]
        	name = "two"
        	url = "https://gitlab.example.com/"
        	token = 'glrt-two'
        	executor = "shell"

        # at the end
        [labels]
          team = "core"

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Opening_and_saving_changes_nothing()
    {
        var file = Open(Two);

        file.Save();

        Assert.Equal(Two, File.ReadAllText(_folder.File("config.toml")));
    }

    [Fact]
    public void A_key_is_changed_in_place_and_nothing_else()
    {
        var file = Open(Two);

        file.SetRunnerKey(0, "token", "glrt-new");
        file.SetRunnerKey(1, "token", "glrt-newer");

        Assert.Equal(Two.Replace("glrt-one", "glrt-new").Replace("'glrt-two'", "\"glrt-newer\""), file.Text);
    }

    [Fact]
    public void A_new_key_is_added_below_the_entrys_own_keys_with_their_indentation()
    {
        var file = Open(Two);

        file.SetRunnerKey(0, "token_expires_at", new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
        file.SetRunnerKey(1, "id", 7L);

        Assert.Equal(
            Two.Replace("executor = \"docker\"\n", "executor = \"docker\"\n  token_expires_at = 2030-01-02T03:04:05Z\n")
                .Replace("executor = \"shell\"\n", "executor = \"shell\"\n\tid = 7\n"),
            file.Text);
        Assert.Equal(7, file.Document.Table.Tables("runners")[1].Number("id"));
    }

    [Fact]
    public void Removing_an_entry_takes_its_tables_and_its_comment()
    {
        var file = Open(Two);

        file.RemoveRunner(0);

        var start = Two.IndexOf("# the first one", StringComparison.Ordinal);
        var end = Two.IndexOf("# the second one", StringComparison.Ordinal);
        Assert.Equal(Two[..start] + Two[end..], file.Text);
        Assert.Equal("two", Assert.Single(file.Document.Table.Tables("runners")).Text("name"));
    }

    [Fact]
    public void Tables_of_an_entry_that_stand_apart_are_removed_too()
    {
        var file = Open("[[runners]]\nname = \"one\"\n\n[labels]\nteam = \"core\"\n\n[runners.docker]\nimage = \"x\"\n");

        file.RemoveRunner(0);

        Assert.Equal("[labels]\nteam = \"core\"\n\n", file.Text);
    }

    [Fact]
    public void A_new_entry_is_added_at_the_end()
    {
        var file = Open(Two);
        var entry = RunnerFlags.NewEntry();
        entry.Set("name", "three");
        entry.Set("executor", "shell");

        file.AppendRunner(entry);

        Assert.StartsWith(Two, file.Text, StringComparison.Ordinal);
        Assert.Equal("three", file.Document.Table.Tables("runners")[2].Text("name"));
    }

    [Fact]
    public void Windows_line_ends_stay()
    {
        var file = Open(Two.ReplaceLineEndings("\r\n"));
        file.SetRunnerKey(1, "id", 7L);
        var entry = RunnerFlags.NewEntry();
        file.AppendRunner(entry);

        Assert.DoesNotContain("\n", file.Text.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_in_one_line_are_refused_with_a_reason()
    {
        var file = Open("runners = [{ name = \"one\" }]\n");

        var problem = Assert.Throws<ConfigurationException>(() => file.RemoveRunner(0));
        Assert.Contains("write each as [[runners]]", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_file_is_private_and_so_is_its_folder()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var path = _folder.File("made/config.toml");
        var file = ConfigFile.Open(path);
        file.AppendRunner(RunnerFlags.NewEntry());
        file.Save();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path)!, ".*.new"));
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        var target = _folder.File("real.toml", Two);
        var link = _folder.File("config.toml");
        File.CreateSymbolicLink(link, target);
        var file = ConfigFile.Open(link);
        file.SetRunnerKey(0, "token", "changed");
        file.Save();

        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Contains("changed", File.ReadAllText(target), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_survives_being_written_and_read() => Gen.String.Where(s => s.All(c => !char.IsSurrogate(c))).Sample(text =>
    {
        var document = ConfigReader.Parse($"[[runners]]\nname = {ConfigEncoder.Quote(text)}\n", "f");
        Assert.Equal(text, document.Table.Tables("runners")[0].Text("name"));
    });

    [Fact]
    public void Any_flag_that_is_set_survives_being_written_and_read()
    {
        var flags = RunnerFlags.All.Where(f => f.Key.Kind is ConfigKind.Text or ConfigKind.Boolean or ConfigKind.OptionalBoolean or ConfigKind.TextList
            or ConfigKind.Duration or ConfigKind.OptionalDuration or ConfigKind.TextMap).ToArray();
        Gen.Int[0, flags.Length - 1].Select(i => flags[i]).Array[1, 8].Sample(chosen =>
        {
            var entry = RunnerFlags.NewEntry();
            foreach (var flag in chosen)
            {
                Assert.Null(flag.Apply(entry, flag.Key.Kind switch
                {
                    ConfigKind.Boolean or ConfigKind.OptionalBoolean => "true",
                    ConfigKind.Duration or ConfigKind.OptionalDuration => "1h30m",
                    _ => "key:va\"l\\ue",
                }));
            }

            var text = ConfigEncoder.Runner(entry);
            var read = ConfigReader.Parse(text, "f").Table.Tables("runners")[0];
            Assert.Equal(text, ConfigEncoder.Runner(read));
        });
    }

    private ConfigFile Open(string content) => ConfigFile.Open(_folder.File("config.toml", content));
}
