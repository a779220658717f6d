using System.Globalization;
using System.Text;
using System.Text.Json;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Executors.Custom;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.Runner.Configuration;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>custom-executor.json, with real programs: small scripts that note how they were called.</summary>
public sealed class CustomTables : IDisposable
{
    private readonly TempFolder _folder = new();
    private int _programs;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    [Tables("custom-executor", "prepare")]
    public Task Preparing() => RunnerCases.RunAsync(10, async one =>
    {
        var log = new RecordingJobLog();
        var calls = Path.Combine(_folder.Path, "calls" + ++_programs);
        var job = new TempFolder();
        using (job)
        {
            var executor = new CustomExecutor(Settings(one, calls), TimeProvider.System, NullLogger<CustomExecutor>.Instance);
            var request = RequestOf(executor, one);
            EnvironmentException? failure = null;
            try
            {
                await using var place = await executor.PrepareAsync(Environment(request, job.Path), log, TestContext.Current.CancellationToken);
                Compare(one, (CustomEnvironment)place);
            }
            catch (EnvironmentException broken)
            {
                failure = broken;
            }

            Assert.Equal(one.Expects("error_contains"), failure is not null);
            Assert.Contains(one.Expected.Text("error_contains") ?? "", failure?.Message ?? "", StringComparison.Ordinal);
            if (one.Expected.Text("failure_reason") is "configuration_error")
            {
                Assert.Equal(FailureReason.RunnerConfigurationError, failure!.Reason);
            }

            Assert.Contains(one.Expected.Text("log_contains") ?? "", log.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(one.Expected.Text("log_not_contains") ?? "\0", log.Text, StringComparison.Ordinal);
            Assert.Equal(one.Expected.Texts("called"), File.Exists(calls) ? File.ReadAllText(calls).Split(' ', '\n').SkipLast(1) : []);
            Assert.Empty(Directory.GetFileSystemEntries(job.Path));
        }
    });

    [Fact(Timeout = 60_000)]
    [Tables("custom-executor", "exit")]
    public Task Exit_codes() => RunnerCases.RunAsync(4, async one =>
    {
        using var job = new TempFolder();
        var code = one.Input.GetProperty("exit");
        var exit = code.ValueKind == JsonValueKind.Number ? code.GetInt32().ToString(CultureInfo.InvariantCulture) : "$BUILD_FAILURE_EXIT_CODE";
        var file = one.Input.Text("exit_code_file") is { } text ? $"printf '%s' '{text}' > \"$BUILD_EXIT_CODE_FILE\"\n" : "";
        var settings = new CustomSettings
        {
            IsConfigured = true,
            Run = new DriverProgram("run_exec") { FileName = Program("run", $"{file}exit {exit}\n") },
        };
        var executor = new CustomExecutor(settings, TimeProvider.System, NullLogger<CustomExecutor>.Instance);
        var request = RequestOf(executor, one);
        await using var place = await executor.PrepareAsync(Environment(request, job.Path), new RecordingJobLog(), TestContext.Current.CancellationToken);
        var script = new StageScript("step_script", "true", StagePlace.Build);
        Task<ScriptExit> Run() => place.RunAsync(script, new RecordingJobLog(), TestContext.Current.CancellationToken);

        if (one.Expected.Text("outcome") == "unknown-failure")
        {
            var broken = await Assert.ThrowsAsync<EnvironmentException>(Run);
            Assert.Contains(one.Expected.Text("error_contains")!, broken.Message, StringComparison.Ordinal);
            Assert.Equal(FailureReason.RunnerSystemFailure, broken.Reason);
            return;
        }

        // A result, not an exception: the engine reports it as script_failure.
        var ended = await Run();
        Assert.Equal(one.Expected.Member("exit_code")?.GetInt32() ?? 1, ended.Code);
        Assert.Contains(one.Expected.Text("error_contains") ?? "", ended.Text, StringComparison.Ordinal);
    });

    [Fact]
    [Tables("custom-executor", "services")]
    public Task Services() => RunnerCases.Run(7, one =>
    {
        var payload = Samples.Payload() with { Services = [.. one.Input.GetProperty("services").EnumerateArray().Select(Service)] };
        var text = Driver.Services(Samples.Plan(Samples.Request(payload)));
        if (one.Expected.Member("services_env") is not { } expected)
        {
            Assert.Equal("", text);
            return;
        }

        using var actual = JsonDocument.Parse(text);
        foreach (var (wanted, found) in expected.EnumerateArray().Zip(actual.RootElement.EnumerateArray()))
        {
            Assert.All(wanted.EnumerateObject(), property => Assert.True(
                JsonElement.DeepEquals(property.Value, found.GetProperty(property.Name)), $"{property.Name}: {found}"));
            Assert.Equal(wanted.TryGetProperty("variables", out _), found.TryGetProperty("variables", out _));
        }

        Assert.Equal(expected.GetArrayLength(), actual.RootElement.GetArrayLength());
    });

    [Fact]
    [Tables("custom-executor", "timeouts")]
    public Task Timeouts() => RunnerCases.Run(8, one =>
    {
        var value = one.Input.Member("value") is { } seconds ? $"{one.In("setting")} = {seconds.GetInt64()}\n" : "";
        var entry = SettingsReader.Build(ConfigReader.Parse("[[runners]]\n[runners.custom]\n" + value, "config.toml"), "s_1", ConfigTables.Context).Runners[0];
        var settings = CustomSettingsReader.Read(entry);
        var actual = one.In("setting") switch
        {
            "config_exec_timeout" => settings.Config.Limit,
            "prepare_exec_timeout" => settings.Prepare.Limit,
            "cleanup_exec_timeout" => settings.Cleanup.Limit,
            _ => entry.Settings.GracefulKillTimeout,
        };
        var standard = one.Expected.Member("effective_s")?.GetInt64() ?? 3600;
        Assert.Equal(standard, actual.TotalSeconds);
    });

    private static JobImage Service(JsonElement service) => new()
    {
        Name = service.Text("name")!,
        Alias = service.Text("alias"),
        Entrypoint = service.Texts("entrypoint"),
        Command = service.Texts("command"),
        Variables = service.Member("variables") is { } variables ? [.. variables.EnumerateArray().Select(v => Samples.Variable(v))] : [],
    };

    private static PlanRequest RequestOf(CustomExecutor executor, RunnerCase one) => PlanRequests.Of(
        new JobPayload { Id = 1, Steps = [new JobStep { Name = "script", Script = ["true"] }] },
        Samples.Runner("RuNnErToK") with
        {
            Executor = "custom",
            BuildsFolder = "/builds",
            CacheFolder = "/cache",
        },
        executor.Traits,
        new JobNumbers(0, 0));

    private static EnvironmentRequest Environment(PlanRequest request, string folder) => new()
    {
        Plan = Samples.Plan(request),
        JobFolder = folder,
        Replan = answers => JobPlanner.Compile(request.Answered(answers)),
    };

    private CustomSettings Settings(RunnerCase one, string calls)
    {
        if (one.Input.Member("custom") is not { } custom)
        {
            return new CustomSettings();
        }

        DriverProgram Of(string key)
        {
            if (custom.Text(key + "_exec") is not { } name)
            {
                return new DriverProgram(key + "_exec");
            }

            // A failing program says why in the place where its code belongs; the case's text is that of a replaced one.
            var end = one.Input.Member("executable_fails") is { ValueKind: JsonValueKind.True }
                ? "printf test-error > \"$BUILD_EXIT_CODE_FILE\"; exit 1\n"
                : $"printf '%s' '{one.In("stdout")}'\n";
            var body = $"echo \"$(basename \"$0\")${{*:+ $*}}\" >> '{calls}'\n{end}";
            return new DriverProgram(key + "_exec") { FileName = Program(name, body), Arguments = custom.Texts(key + "_args") };
        }

        return new CustomSettings { IsConfigured = true, Config = Of("config"), Prepare = Of("prepare"), Run = Of("run"), Cleanup = Of("cleanup") };
    }

    private string Program(string name, string body)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, "p" + ++_programs)).FullName, name);
        File.WriteAllText(path, "#!/bin/sh\n" + body, new UTF8Encoding(false));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static void Compare(RunnerCase one, CustomEnvironment place)
    {
        Assert.Equal(one.Expected.Text("build_dir") ?? place.Plan.Folders.Project, place.Plan.Folders.Project);
        Assert.Equal(one.Expected.Text("cache_dir") ?? place.Plan.Folders.Cache, place.Plan.Folders.Cache);
        Assert.Equal(one.Expected.Text("hostname") ?? place.Plan.Runner.HostName, place.Plan.Runner.HostName);
        Assert.Equal(one.Expects("hostname"), place.Traits.NamesRunnerHost);
        Assert.Equal(one.Expected.Text("shell") ?? "bash", place.Plan.Shell);
        Assert.Equivalent(one.Expected.Map("job_env"), place.Driver.JobEnv, strict: true);
    }
}
