using System.Globalization;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Runner.Configuration;
using Gantry.Runner.Configuration.Shapes;
using Gantry.Runner.Registration;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>The tables of config-rules.json that are the runner's own: entries, labels, tokens, the file and its neighbours.</summary>
public sealed class ConfigRuleTables
{
    [Fact]
    [Tables("config-rules", "labels-merge")]
    public Task Labels_are_merged() => Rule(7, one =>
    {
        var merged = SettingsReader.MergeLabels(one.Input.Map("global_labels"), one.Input.Map("runner_labels"));
        Assert.Equivalent(one.Expected.Map("computed"), merged, strict: true);
    });

    [Fact]
    [Tables("config-rules", "labels-validate")]
    public Task Labels_are_checked() => Rule(4, one =>
    {
        var document = ConfigReader.Parse("[[runners]]\n", "f");
        document.Table.Set("labels", one.Input.Map("global_labels"));
        var runner = document.Table.Tables("runners")[0];
        runner.Set("name", one.In("runner_name"));
        runner.Set("labels", one.Input.Map("runner_labels"));

        var problems = ConfigRules.Check(document);

        Assert.Equal(one.Expected.GetProperty("error").GetBoolean(), problems.Count > 0);
        Assert.Contains(one.Expected.Text("error_contains") ?? "", string.Join('\n', problems), StringComparison.Ordinal);
    });

    [Fact]
    [Tables("config-rules", "upload-timeout", "header-timeout")]
    public Task Artifact_timeouts_have_defaults() => Rule(6, one =>
    {
        var (key, name) = one.Table == "upload-timeout" ? ("upload_timeout", "upload_timeout_s") : ("response_header_timeout", "response_header_timeout_s");
        var toml = "[[runners]]\n" + (one.Input.Member(name) is { } seconds ? $"[runners.artifact]\n{key} = \"{seconds.GetInt64()}s\"\n" : "");
        var artifact = Load(toml).Runners[0].Settings.Artifact;
        Assert.Equal(
            one.Expected.GetProperty("effective_s").GetDouble(),
            (one.Table == "upload-timeout" ? artifact.UploadTimeout : artifact.ResponseHeaderTimeout).TotalSeconds);
    });

    [Fact]
    [Tables("config-rules", "kill-timeouts")]
    public Task Kill_timeouts_have_defaults() => Rule(2, one =>
    {
        string Line(string key, string name) => one.Input.Member(name) is { } seconds ? $"{key} = {seconds.GetInt64()}\n" : "";
        var settings = Load(
            "[[runners]]\n[runners.custom]\n" + Line("graceful_kill_timeout", "graceful_s") + Line("force_kill_timeout", "force_s")).Runners[0].Settings;
        Assert.Equal(one.Expected.GetProperty("graceful_s").GetDouble(), settings.GracefulKillTimeout.TotalSeconds);
        Assert.Equal(one.Expected.GetProperty("force_s").GetDouble(), settings.ForceKillTimeout.TotalSeconds);
    });

    [Fact]
    [Tables("config-rules", "machine-options")]
    public Task Machine_options_need_the_name() => Rule(4, one =>
    {
        var options = one.Input.Texts("machine_options_with_name");
        var document = ConfigReader.Parse($"[[runners]]\n[runners.machine]\nMachineOptionsWithName = {ConfigEncoder.Value(options)}\n", "f");
        Assert.Equal(one.Expected.GetProperty("error").ValueKind != JsonValueKind.False, ConfigRules.Check(document).Count > 0);
    });

    [Fact]
    [Tables("config-rules", "has-token")]
    public Task An_entry_has_a_token_or_not() => Rule(6, one =>
    {
        var toml = $"[[runners]]\ntoken = {ConfigEncoder.Quote(one.In("token"))}\n";
        Assert.Equal(one.Expected.GetProperty("has_token").GetBoolean(), Load(toml).Runners[0].HasToken);
    });

    [Fact]
    [Tables("config-rules", "same-credentials")]
    public Task Credentials_are_the_same_or_not() => Rule(10, one =>
    {
        var (a, b) = (one.Input.GetProperty("a"), one.Input.GetProperty("b"));
        Assert.Equal(
            one.Expected.GetProperty("same").GetBoolean(),
            RunnerSelection.Same(a.Text("url")!, new Secret(a.Text("token")), b.Text("url")!, new Secret(b.Text("token"))));
    });

    [Fact]
    [Tables("config-rules", "by-name", "by-token", "by-url-id", "by-name-token")]
    public Task Entries_are_found() => Rule(8, one =>
    {
        var toml = string.Concat(one.Input.GetProperty("runners").EnumerateArray().Select(runner =>
            "[[runners]]\n" + string.Concat(runner.EnumerateObject().Select(p => $"{p.Name} = {p.Value.GetRawText()}\n"))));
        var selection = new RunnerSelection
        {
            Name = one.In("name"),
            Url = one.In("url"),
            Token = new Secret(one.Input.Text("token")),
            Id = one.Input.Member("id")?.GetInt64() ?? 0,
        };
        if (one.Expected.Text("error") is { } error)
        {
            Assert.Equal(error, Assert.Throws<RunnerCommandException>(() => selection.Single(Load(toml))).Message);
        }
        else
        {
            Assert.Equal(one.Expected.GetProperty("index").GetInt32(), selection.Single(Load(toml)).Index);
        }
    });

    [Fact]
    [Tables("config-rules", "list-flag")]
    public Task Lists_in_flags_are_split() => Rule(3, one =>
    {
        var entry = RunnerFlags.NewEntry();
        Assert.Null(Flag("--docker-pull-policy").Apply(entry, one.In("value")));
        Assert.Equal(one.Expected.Texts("list"), entry.Table("docker")!.TextList("pull_policy"));
    });

    [Fact]
    [Tables("config-rules", "command-line")]
    public Task Flags_set_keys() => Rule(2, one =>
    {
        var entry = RunnerFlags.NewEntry();
        string? problem = null;
        foreach (var pair in one.Input.Texts("args").Chunk(2))
        {
            problem ??= Flag(pair[0]).Apply(entry, pair[1]);
        }

        Assert.Equal(one.Expects("error"), problem is not null);
        foreach (var value in one.Expected.Member("values")?.EnumerateObject().AsEnumerable() ?? [])
        {
            TablePaths.AssertEqual(value.Value, TablePaths.Find(entry, value.Name), value.Name);
        }
    });

    [Fact]
    [Tables("config-rules", "masked-dump")]
    public Task Secrets_do_not_reach_dumps() => Rule(6, one =>
    {
        var config = one.Input.GetProperty("config");
        if (config.Member("runners") is not { } runners)
        {
            return;
        }

        var expected = one.Expected.GetProperty("config").GetProperty("runners").EnumerateArray().ToArray();
        foreach (var (given, wanted) in runners.EnumerateArray().Zip(expected).Where(pair => pair.First.ValueKind == JsonValueKind.Object))
        {
            TablePaths.AssertEqual(wanted, ConfigMask.Copy(Table(RunnerShape.Runner, given)), "runners");
        }
    });

    [Fact]
    [Tables("config-rules", "missing-id-warning", "empty-token-warning")]
    public Task Suspicious_entries_are_named() => Rule(9, one =>
        Assert.Equal(
            one.Expected.GetProperty("warnings").GetInt32(),
            LoadWarnings.Of(Load(one.In("toml"))).Count(w => w.Contains(one.Expected.Text("text")!, StringComparison.Ordinal))));

    [Fact]
    [Tables("config-rules", "next-token-reset")]
    public Task Tokens_are_renewed_in_order() => Rule(4, one =>
    {
        var toml = string.Concat(one.Input.GetProperty("runners").EnumerateArray().Select(runner =>
            "[[runners]]\n" + string.Concat(runner.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null)
                .Select(p => $"{p.Name} = {(p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString() : p.Value.GetRawText())}\n"))));
        var next = TokenRotation.Next(Load(toml).Runners);
        Assert.Equal(one.Expected.Member("index")?.GetInt32(), next?.Runner.Index);
        if (one.Expected.Text("reset_at") is { } at)
        {
            Assert.Equal(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), next!.Value.At);
        }
    });

    [Fact]
    [Tables("config-rules", "system-id", "system-id-load")]
    public Task The_system_id_is_kept_or_made() => Rule(6, one =>
    {
        var folder = Directory.CreateTempSubdirectory("gantry-id-").FullName;
        try
        {
            var config = Path.Combine(folder, "config.toml");
            var file = Path.Combine(folder, ".runner_system_id");
            var content = one.Table == "system-id" ? one.In("content") : one.Input.Text("system_id_file");
            if (content is not null)
            {
                File.WriteAllText(file, content);
            }
            else
            {
                // Root writes anywhere; a folder in the file's place cannot be overwritten by anybody.
                Directory.CreateDirectory(file);
            }

            var id = SystemId.LoadOrCreate(config);

            Assert.Equal(one.Expected.Text("system_id") ?? id, id);
            Assert.Matches(one.Expected.Text("system_id_matches") ?? "", id);
            if (one.Expects("file_contains_system_id"))
            {
                Assert.Equal(id, File.ReadAllText(file));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    });

    [Fact]
    [Tables("config-rules", "save-build-dir")]
    public Task An_empty_custom_build_dir_is_not_saved() => Rule(2, one =>
    {
        var entry = RunnerFlags.NewEntry();
        if (one.Input.Member("custom_build_dir_enabled") is { } enabled)
        {
            Flag("--custom_build_dir-enabled").Apply(entry, enabled.GetRawText());
        }

        var text = ConfigEncoder.Runner(entry);
        Assert.Matches(one.Expected.Text("file_matches") ?? "", text);
        Assert.DoesNotMatch(one.Expected.Text("file_not_matches") ?? "no such text", text);
    });

    private Task Rule(int count, Action<RunnerCase> check) => RunnerCases.Run(count, check);

    private static RunnerDaemonSettings Load(string toml) =>
        SettingsReader.Build(ConfigReader.Parse(toml, "config.toml"), "s_123456789012", ConfigTables.Context);

    private static RunnerFlag Flag(string name) => RunnerFlags.All.Single(f => f.Key.Flags.Contains(name));

    private static ConfigTable Table(ConfigShape shape, JsonElement json)
    {
        var table = new ConfigTable(shape);
        foreach (var property in json.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null))
        {
            var key = shape.Find(property.Name)!;
            table.Set(property.Name, property.Value.ValueKind == JsonValueKind.Object ? Table(key.Shape!, property.Value) : property.Value.GetString()!);
        }

        return table;
    }
}
