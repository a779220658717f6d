using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Engine.Shells;
using Gantry.Executors.Docker;
using Gantry.Executors.Tests.Shell;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Docker.Windows;

/// <summary>
/// Jobs of <c>docker-windows</c> on an engine that does what the source of the Windows engine says (docs/adr/0028), run by the real PowerShell.
/// </summary>
public sealed class WindowsJobTests(LivePowerShell live) : IClassFixture<LivePowerShell>
{
    private const int Limit = 120_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task A_job_has_its_sources_runs_in_powershell_and_leaves_nothing()
    {
        _ = live;
        using var bench = Bench();
        await using var engine = await EngineOf(bench);
        var repository = await SampleRepository.CreateAsync(Path.Combine(bench.Folder, "origin"), Token, ("src/hello.txt", "from git\n"));
        bench.Sources(repository).With("ODD", "it's `odd` #1");
        bench.Payload = bench.Payload with
        {
            Steps =
            [
                new JobStep { Name = "script", Script = ["Get-Content src/hello.txt", "Write-Output \"[$env:ODD]\"", "Set-Content made.txt 'here'", "exit 5"] },
                new JobStep { Name = "after_script", Script = ["Get-Content made.txt"], When = "always" },
            ],
        };

        var failed = Assert.IsType<JobVerdict.Failed>(await bench.RunJobAsync(Token));

        Assert.Equal(5, failed.ExitCode);
        var log = bench.Link.Trace;
        Assert.Contains("Using Docker executor with image servercore ...", log, StringComparison.Ordinal);
        Assert.Contains("from git\n", log, StringComparison.Ordinal);
        Assert.Contains("[it's `odd` #1]\n", log, StringComparison.Ordinal);
        Assert.Contains("here\n", log[log.IndexOf("Running after script", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Equal(["builds/", "builds/project-7/", "builds/project-7/.git/"], engine.Placed.Where(name => name.StartsWith("builds/", StringComparison.Ordinal)).Take(3));
        var container = Assert.Single(engine.Made);
        Assert.Contains("filemode = false", await File.ReadAllTextAsync(Path.Combine(container.Layer, "builds/project-7.tmp/.gitlab-runner.ext.conf"), Token), StringComparison.Ordinal);
        Assert.Equal("powershell", (string?)container.Spec["Cmd"]![0]);
        Assert.Empty(container.Targets);
        Assert.Equal(0, engine.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task What_is_mounted_is_reached_through_a_script_and_the_rest_of_the_drive_by_archives()
    {
        using var bench = Bench(volumes: [@"C:\cache"]);
        await using var engine = await EngineOf(bench);
        await using var place = (DockerEnvironment)await bench.PrepareAsync(Token);
        var source = Directory.CreateDirectory(Path.Combine(bench.Folder, "source")).FullName;
        await File.WriteAllTextAsync(Path.Combine(source, "cache.zip"), "zip", Token);

        await place.PlaceAsync([Tree(source, "C:/cache/group/project/key"), Tree(source, "C:/builds/group/project")], bench.Log, Token);
        await using (var cached = await place.OpenAsync("C:/cache/group/project/key", ["cache.zip", "none"], Token))
        {
            Assert.Equal(["cache.zip"], Directory.EnumerateFileSystemEntries(cached.Path).Select(Path.GetFileName));
        }

        await place.RunAsync(DockerBench.Build(Script("Set-Content 'C:\\builds\\group\\project\\out.txt' 'out'")), bench.Log, Token);
        await using var made = await place.OpenAsync("C:/builds/group/project", ["."], Token);
        Assert.Equal(["cache.zip", "out.txt"], Directory.EnumerateFileSystemEntries(made.Path).Select(Path.GetFileName).Order());

        var container = Assert.Single(engine.Made);
        Assert.Equal([@"C:\cache"], container.Targets);
        var volume = engine.Volume((string)container.Spec["HostConfig"]!["Mounts"]![0]!["Source"]!);
        Assert.Equal("zip", await File.ReadAllTextAsync(Path.Combine(volume, "group/project/key/cache.zip"), Token));
        Assert.False(Directory.Exists(Path.Combine(container.Layer, "cache")));
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_cancelled_script_is_ended_by_signals_alone_and_its_container_is_kept_with_the_files()
    {
        using var bench = Bench();
        await using var engine = await EngineOf(bench);
        await using var place = (DockerEnvironment)await bench.PrepareAsync(Token);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = place.RunAsync(
            DockerBench.Build(Script("Set-Content 'C:\\kept.txt' 'kept'", "Write-Output 'ready'", "Start-Sleep 600")), bench.Log, cancel.Token);
        while (!bench.Log.Output.Contains("ready", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await place.RunAsync(DockerBench.Build(Script("Get-Content 'C:\\kept.txt'")), bench.Log, Token);

        Assert.EndsWith("kept\n", bench.Log.Output.Replace("\r", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Calls, call => call.Contains("/exec", StringComparison.Ordinal));
        Assert.Contains(engine.Calls, call => call.EndsWith("/kill?signal=SIGTERM", StringComparison.Ordinal));
        Assert.Single(engine.Made);
    }

    [Theory(Timeout = Limit)]
    [InlineData("bash", "C:\\builds", "windows", "shell bash does not work in Windows containers")]
    [InlineData("powershell", "C:\\builds", "linux", "set `executor = \"docker\"`")]
    [InlineData("powershell", "builds", "windows", "build directory needs to be an absolute path")]
    [InlineData("powershell", "c:\\", "windows", "build directory needs to be a non-root path")]
    public async Task What_cannot_work_is_refused_before_anything_is_made(string shell, string builds, string system, string why)
    {
        using var bench = Bench();
        await using var engine = await EngineOf(bench);
        engine.System = system;
        bench.Runner = bench.Runner with { Shell = shell, BuildsFolder = builds };

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));

        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(FailureReason.RunnerConfigurationError, error.Reason);
        Assert.Empty(engine.Made);
    }

    [Fact(Timeout = Limit)]
    public async Task A_folder_on_a_drive_that_containers_do_not_have_is_refused()
    {
        using var bench = Bench();
        await using var engine = await EngineOf(bench);
        bench.Runner = bench.Runner with { BuildsFolder = "D:\\builds" };
        await using var place = (DockerEnvironment)await bench.PrepareAsync(Token);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => place.PlaceAsync([Tree(bench.Folder, "D:/builds/project")], bench.Log, Token));

        Assert.Contains("D:/builds/project is on a drive that Windows containers do not have", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task The_docker_executor_names_the_executor_for_an_engine_with_windows_containers()
    {
        using var bench = Bench();
        await using var engine = await EngineOf(bench);
        bench.Settings = bench.Settings with { HasWindowsContainers = false };

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));

        Assert.Contains("executor = \"docker-windows\"", error.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Services_get_a_network_of_the_jobs_own_pipes_are_mounted_as_they_are_and_use_is_counted_in_the_units_of_windows()
    {
        using var bench = Bench([@"\\.\pipe\docker_engine:\\.\pipe\docker_engine"]).Service("mcr.example.com/sql:1", "db");
        bench.Settings = bench.Settings with { WaitForServicesTimeout = -1, HelperImage = "helper" };
        await using var engine = await EngineOf(bench);
        await using var place = (DockerEnvironment)await bench.PrepareAsync(Token);
        await place.PlaceAsync([Tree(Directory.CreateDirectory(Path.Combine(bench.Folder, "tree")).FullName, "C:/builds/p")], bench.Log, Token);

        Assert.Contains("POST /networks/create", engine.Calls);
        Assert.All(engine.Made, container => Assert.NotNull((string?)container.Spec["HostConfig"]!["NetworkMode"]));
        Assert.All(engine.Made, container => Assert.Equal(@"\\.\pipe\docker_engine:\\.\pipe\docker_engine", (string?)container.Spec["HostConfig"]!["Binds"]![0]));
        Assert.Equal(new PlaceUsage(TimeSpan.FromSeconds(2), 4096), await place.MeasureAsync(Token));
        Assert.Contains("WARNING: helper_image is not used by docker-windows: hooks run in the job's own container", bench.Log.Lines);
    }

    [Fact(Timeout = Limit)]
    public async Task A_limit_that_ends_the_carrying_ends_its_container_too()
    {
        using var bench = Bench([@"C:\cache"]);
        await using var engine = await EngineOf(bench);
        await using var place = (DockerEnvironment)await bench.PrepareAsync(Token);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var placing = place.PlaceAsync([Tree(Directory.CreateDirectory(Path.Combine(bench.Folder, "tree")).FullName, "C:/cache/p")], bench.Log, limit.Token);
        while (engine.Made is not [{ Running: true }])
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
        }

        await limit.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => placing);
        Assert.False(engine.Made[0].Running);
    }

    [Fact(Timeout = Limit)]
    public async Task Names_that_mean_something_else_on_windows_are_refused_and_links_come_last()
    {
        using var bench = Bench();
        await using var engine = await EngineOf(bench);
        await using var place = (DockerEnvironment)await bench.PrepareAsync(Token);
        var good = Directory.CreateDirectory(Path.Combine(bench.Folder, "good")).FullName;
        Directory.CreateDirectory(Path.Combine(good, "releases"));
        File.CreateSymbolicLink(Path.Combine(good, "current"), "releases");
        await place.PlaceAsync([Tree(good, "C:/builds/p")], bench.Log, Token);
        Assert.Equal(["builds/", "builds/p/", "builds/p/releases/", "builds/p/current"], engine.Placed);

        var bad = Directory.CreateDirectory(Path.Combine(bench.Folder, "bad")).FullName;
        await File.WriteAllTextAsync(Path.Combine(bad, @"..\..\git.exe"), "", Token);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => place.PlaceAsync([Tree(bad, "C:/builds/p")], bench.Log, Token));
        Assert.Contains(@"..\..\git.exe"" cannot be placed", error.Message, StringComparison.Ordinal);
        await using var none = await place.OpenAsync("C:/builds/p", ["report|x.txt"], Token);
        Assert.Empty(Directory.EnumerateFileSystemEntries(none.Path));
    }

    [Fact(Timeout = Limit)]
    public async Task Pwsh_reads_and_prints_utf8_and_its_exit_code_is_the_scripts()
    {
        using var bench = Bench();
        await using var engine = await EngineOf(bench);
        bench.Runner = bench.Runner with { Shell = "pwsh" };
        await using var place = await bench.PrepareAsync(Token);

        var exit = await place.RunAsync(
            DockerBench.Build(Script($"Write-Output {PowerShellQuoting.Exact("Grüße ‘an’ 'alle'")} {PowerShellQuoting.ExactAscii(@"x\ü’")}", "exit 7")), bench.Log, Token);

        Assert.Equal("Grüße ‘an’ 'alle'\nx\\ü’\n", bench.Log.Output.Replace("\r", "", StringComparison.Ordinal));
        Assert.Equal(7, exit.Code);
    }

    [Fact(Timeout = Limit)]
    public async Task What_is_mounted_inside_the_checkout_is_warned_about_and_clone_paths_are_read_as_windows_does()
    {
        using var bench = Bench([@"c:\Builds\x\y\packages"]).With("GIT_CLONE_PATH", @"c:\builds\x\y");
        await using var engine = await EngineOf(bench);
        await using var place = await bench.PrepareAsync(Token);

        Assert.Equal("c:/builds/x/y", bench.Plan().Folders.Project);
        Assert.Contains(bench.Log.Lines, line => line.StartsWith("WARNING: C:/BUILDS/X/Y/PACKAGES: mounted inside the checkout", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task An_image_without_the_shell_is_named_as_the_cause()
    {
        using var bench = Bench();
        await using var engine = await EngineOf(bench);
        engine.Refusal = "container c1 encountered an error during hcsshim::System::CreateProcess: The system cannot find the file specified. (0x2)";
        bench.Runner = bench.Runner with { Shell = "pwsh" };
        await using var place = await bench.PrepareAsync(Token);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => place.RunAsync(DockerBench.Build(Script("hello")), bench.Log, Token));

        Assert.StartsWith("the image has no pwsh: use an image that has it, or another `shell` of the runner", error.Message, StringComparison.Ordinal);
        Assert.Equal(FailureReason.RunnerConfigurationError, error.Reason);
    }

    private static DockerBench Bench(IReadOnlyList<string>? volumes = null)
    {
        var bench = new DockerBench().Image("servercore");
        bench.Settings = new DockerSettings { PullPolicy = ["never"], HasWindowsContainers = true, Volumes = volumes ?? [] };
        return bench;
    }

    private static async Task<WindowsEngine> EngineOf(DockerBench bench)
    {
        var engine = await WindowsEngine.StartAsync(bench.Folder);
        bench.Settings = bench.Settings with { Host = engine.Host };
        return engine;
    }

    private static PlacedTree Tree(string source, string target) => new() { Source = source, Target = target };

    private static string Script(params string[] lines) => "& {\r\n" + string.Join("\r\n", lines) + "\r\n}\r\n\r\n";
}
