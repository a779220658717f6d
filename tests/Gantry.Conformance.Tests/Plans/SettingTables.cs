using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Plans;

/// <summary>variables-typed.json, feature-flags.json and job-timeouts.json.</summary>
public sealed class SettingTables
{
    [Fact]
    [Tables("variables-typed", "text", "bool", "int")]
    public void Texts_booleans_and_numbers() => Cases.Run(18, (input, expected) =>
    {
        var reader = new SettingReader(new JobVariables([Samples.Public("NAME", input.Text("value"))]), []);
        switch (input.Text("kind"))
        {
            case "text":
                var allowed = input.Texts("allowed");
                var text = allowed.Count == 0 ? reader.Text("NAME") : reader.OneOf("NAME", allowed, null) ?? "";
                Assert.Equal(expected.GetString(), text.Length == 0 ? input.Text("default") : text);
                break;
            case "bool":
                Assert.Equal(expected.GetBoolean(), reader.Boolean("NAME", input.Flag("default")));
                break;
            default:
                var number = reader.Number("NAME", input.GetProperty("default").GetInt32());
                Assert.Equal(expected.GetInt32(), Math.Clamp(number, input.GetProperty("min").GetInt32(), input.GetProperty("max").GetInt32()));
                break;
        }
    });

    [Fact]
    [Tables("variables-typed", "executor-attempts", "secrets-attempts", "debug-trace", "debug-services", "lfs-smudge", "submodule-paths", "clean-flags", "clone-flags", "fetch-flags", "submodule-update-flags")]
    public void Variables_that_the_runner_interprets() => Cases.Run(35, (input, expected) =>
    {
        var warnings = new List<string>();
        JobVariable[] given = input.Has("value") ? [Samples.Public(input.Text("name"), input.Text("value"))] : [];
        var settings = JobSettings.Read(new JobVariables(given), true, 0, input.Flag("debug_trace_disabled"), warnings);
        Check(input.Text("name"), settings, expected);
        if (expected.Has("warning"))
        {
            Assert.Equal(expected.Flag("warning"), warnings.Count > 0);
        }

        if (expected.Has("warning_contains"))
        {
            Assert.Contains(warnings, w => w.Contains(expected.Text("warning_contains"), StringComparison.Ordinal));
        }
    });

    [Fact]
    [Tables("variables-typed", "object-format")]
    public void Object_formats() => Cases.Run(2, (input, expected) =>
        Assert.Equal(expected.Text("value"), new GitReference { RepoObjectFormat = input.Text("value") }.RepoObjectFormat is "" ? "sha1" : input.Text("value")));

    [Fact]
    [Tables("feature-flags", "job", "runner-env", "precedence", "all-variables", "report")]
    public void Flags_of_jobs() => Cases.Run(13, (input, expected) =>
    {
        var settings = input.Has("runner_feature_flags")
            ? input.GetProperty("runner_feature_flags").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetBoolean())
            : [];
        JobVariable[] given = input.Has("job_variable") ? [Samples.Public(input.Text("flag"), input.Text("job_variable"))] : [];
        var runner = Samples.Runner() with { FeatureFlags = settings, Environment = input.Texts("runner_environment") };
        var plan = Samples.Plan(Samples.Request(Samples.Payload(given), runner));
        if (expected.Has("on"))
        {
            Assert.Equal(expected.Flag("on"), plan.Flags[input.Text("flag")]);
        }

        if (expected.Has("variable_value"))
        {
            Assert.Equal(expected.Text("variable_value"), plan.Variables.Get(input.Text("flag")));
        }

        if (expected.Has("report"))
        {
            Assert.Equal(expected.Text("report"), plan.Flags.Report);
        }
    });

    [Fact]
    [Tables("feature-flags", "parse")]
    public void Flag_values() => Cases.Run(3, (input, expected) =>
    {
        var warnings = new List<string>();
        var flags = FeatureFlags.Resolve(
            new Dictionary<string, bool>(), new JobVariables([Samples.Public("FF_TEST_FEATURE", input.Text("value"))]), warnings);
        Assert.Equal((expected.Flag("on"), expected.Flag("warning")), (flags["FF_TEST_FEATURE"], warnings.Count > 0));
    });

    [Fact]
    [Tables("archives", "fastzip-flag")]
    public void The_fast_archiver_is_on() => Cases.Run(2, (input, expected) =>
    {
        JobVariable[] given = input.Text("FF_USE_FASTZIP").Length > 0 ? [Samples.Public("FF_USE_FASTZIP", input.Text("FF_USE_FASTZIP"))] : [];
        Assert.Equal(expected.GetBoolean(), FeatureFlags.Resolve(new Dictionary<string, bool>(), new JobVariables(given), [])["FF_USE_FASTZIP"]);
    });

    [Fact]
    [Tables("job-timeouts", "prepare", "prepare-warning", "get-sources", "get-sources-warning")]
    public void Limits_of_the_runner_entry() => Cases.Run(10, (input, expected) =>
    {
        TimeSpan? setting = input.Has("setting_s") ? TimeSpan.FromSeconds(input.GetProperty("setting_s").GetDouble()) : null;
        var (limit, warning) = StageTimeouts.FromSetting(
            input.Text("setting"), setting, TimeSpan.FromSeconds(input.GetProperty("job_timeout_s").GetDouble()));
        Assert.Equal(expected.GetProperty("timeout_s").GetDouble(), limit.TotalSeconds);
        Assert.Equal(expected.Text("warning"), warning ?? "");
    });

    [Fact]
    [Tables("job-timeouts", "stages")]
    public void Limits_in_variables() => Cases.Run(8, (input, expected) =>
    {
        var variables = new JobVariables(
            [.. input.GetProperty("variables").EnumerateObject().Select(p => Samples.Public(p.Name, p.Value.GetString()!))]);
        var job = input.GetProperty("job_timeout_s").GetDouble();
        var warnings = new List<string>();
        foreach (var name in new[] { StageTimeouts.ScriptVariable, StageTimeouts.AfterScriptVariable })
        {
            var standard = input.GetProperty("defaults_s").GetProperty(name).GetDouble();
            var (limit, warning) = StageTimeouts.FromVariable(
                name, variables, standard > 0 ? TimeSpan.FromSeconds(standard) : null, job > 0 ? TimeSpan.FromSeconds(job) : null);
            warnings.AddRange(warning is null ? [] : [warning]);
            // A stage never lasts longer than the job around it.
            var effective = Math.Min(limit?.TotalSeconds ?? double.MaxValue, job > 0 ? job : double.MaxValue);
            if (effective < double.MaxValue && expected.GetProperty("timeouts_s").TryGetProperty(name, out var wanted))
            {
                Assert.Equal(wanted.GetDouble(), effective);
            }
        }

        Assert.All(expected.Texts("log_contains"), text => Assert.Contains(warnings, w => w.Contains(text, StringComparison.Ordinal)));
        Assert.True(expected.Texts("log_contains").Count > 0 || warnings.Count == 0, string.Join('\n', warnings));
    });

    private static void Check(string name, JobSettings settings, JsonElement expected)
    {
        if (name == "GIT_SUBMODULE_PATHS" && expected.Has("error_contains"))
        {
            Assert.True(settings.SubmodulePathsAreBroken);
            return;
        }

        object actual = name switch
        {
            "EXECUTOR_JOB_SECTION_ATTEMPTS" => settings.ExecutorSectionAttempts,
            "SECRETS_RETRIEVAL_ATTEMPTS" => settings.SecretsAttempts,
            "CI_DEBUG_TRACE" => settings.DebugTrace,
            "CI_DEBUG_SERVICES" => settings.DebugServices,
            "GIT_LFS_SKIP_SMUDGE" => settings.LfsSkipSmudge,
            "GIT_SUBMODULE_PATHS" => settings.SubmodulePaths,
            "GIT_CLEAN_FLAGS" => settings.CleanFlags,
            "GIT_CLONE_EXTRA_FLAGS" => settings.CloneExtraFlags,
            "GIT_FETCH_EXTRA_FLAGS" => settings.FetchExtraFlags,
            "GIT_SUBMODULE_UPDATE_FLAGS" => settings.SubmoduleUpdateFlags,
            _ => throw new InvalidOperationException(name),
        };
        switch (actual)
        {
            case int number: Assert.Equal(expected.GetProperty("value").GetInt32(), number); break;
            case bool flag: Assert.Equal(expected.Flag("value"), flag); break;
            default: Assert.Equal(expected.Texts("value"), (IReadOnlyList<string>)actual); break;
        }
    }
}
