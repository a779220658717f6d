using System.Text.Json;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Executors;
using Gantry.Executors.VirtualMachines;
using Gantry.Executors.VirtualMachines.Parallels;
using Gantry.Executors.VirtualMachines.VirtualBox;
using Gantry.Executors.Ssh;
using Gantry.Pipelines.Patterns;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.Runner.Configuration;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>vm-executors.json, and the table of paths.json about folders of virtual machines.</summary>
public sealed class VirtualMachineTables
{
    private static readonly VmHost Host = new() { Compile = pattern => Re2.Compile(pattern), IsMac = true };

    [Fact]
    [Tables("vm-executors", "base-name")]
    public Task Images_of_jobs() => RunnerCases.Run(8, one =>
    {
        var image = one.In("image").Length > 0 ? new JobImage { Name = one.In("image") } : null;
        var variables = one.Input.GetProperty("variables").EnumerateArray().Select(v => Samples.Variable(v));
        var plan = Samples.Plan(Samples.Request(Samples.Payload([.. variables]) with { Image = image }));
        string Choose() => VmImages.Choose(plan, one.In("default"), one.Input.Texts("allowed_images"), Host, new RecordingJobLog());

        if (one.Expected.Text("error") is { } error)
        {
            Assert.Equal(error, Assert.Throws<EnvironmentException>(Choose).Message);
        }
        else
        {
            Assert.Equal(one.Expected.Text("base_name"), Choose());
        }
    });

    [Fact]
    [Tables("vm-executors", "allowed-patterns")]
    public Task Patterns_of_images() => RunnerCases.Run(3, one =>
    {
        var settings = new VirtualBoxSettings { IsConfigured = true, BaseName = "base", AllowedImages = one.Input.Texts("allowed_images"), Ssh = Ssh };
        Assert.Equal(one.Expected.Text("error"), settings.Problems(Host.Compile).Select(problem => problem.Message).SingleOrDefault());
    });

    [Fact]
    [Tables("vm-executors", "snapshot", "current-snapshot")]
    public Task Snapshots() => RunnerCases.Run(8, one =>
    {
        var found = one.Table == "snapshot"
            ? VBoxOutput.HasSnapshot(one.In("output"), one.In("name"))
            : VBoxOutput.CurrentSnapshot(one.In("output")) == one.In("name");
        Assert.Equal(one.Expected.GetProperty(one.Table == "snapshot" ? "found" : "is_current").GetBoolean(), found);
    });

    [Fact]
    [Tables("vm-executors", "hdd-info")]
    public Task Disks() => RunnerCases.Run(3, one => Assert.Equal(
        one.Expected.GetProperty("disks").EnumerateArray().Select(disk => new VBoxDisk(disk.Text("uuid")!, disk.Text("location")!)),
        VBoxOutput.Disks(one.In("output"))));

    [Fact]
    [Tables("vm-executors", "virtualbox", "parallels")]
    public Task Configurations_that_jobs_cannot_run_with() => RunnerCases.Run(8, one =>
    {
        var (isParallels, key) = (one.Table == "parallels", one.Table);
        var toml = "[[runners]]\n" + Toml(key, one.Input.GetProperty(key)) + Toml("ssh", one.Input.GetProperty("ssh"));
        var entry = SettingsReader.Build(ConfigReader.Parse(toml, "config.toml"), "s_1", ConfigTables.Context).Runners[0];
        VmSettings settings = isParallels ? ParallelsSettingsReader.Read(entry, "/home/ci") : VirtualBoxSettingsReader.Read(entry, "/home/ci");
        var refused = Record.Exception(() => settings.Check("bash", Host)) as EnvironmentException;
        if (one.Expected.Text("error") is not { } error)
        {
            Assert.Null(refused);
            return;
        }

        // The official words first, then what to do.
        Assert.StartsWith(error + ": ", refused!.Message, StringComparison.Ordinal);
        Assert.Equal(FailureReason.RunnerConfigurationError, refused.Reason);
    });

    [Fact]
    [Tables("paths", "immediate-child")]
    public Task Folders_of_machines() => RunnerCases.Run(12, one =>
        Assert.Equal(one.Expected.GetBoolean(), VBoxOutput.IsImmediateChild(one.In("parent"), one.In("child"))));

    [Fact]
    public void A_script_that_needs_a_file_is_refused_in_the_official_words()
    {
        var settings = new ParallelsSettings { IsConfigured = true, BaseName = "base", Ssh = Ssh };

        var refused = Assert.Throws<EnvironmentException>(() => settings.Check("pwsh", Host));

        Assert.StartsWith("parallels doesn't support shells that require script file", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_key_reaches_the_settings()
    {
        const string Toml = """
            [[runners]]
              [runners.ssh]
                user = "ci"
                port = "2222"
              [runners.virtualbox]
                base_name = "ubuntu"
                base_snapshot = "clean"
                base_folder = "/vms"
                disable_snapshots = true
                allowed_images = ["^a", "b$"]
                start_type = "gui"
              [runners.parallels]
                base_name = "sonoma"
                template_name = "golden"
                disable_snapshots = true
                time_server = "ntp.example.com"
                allowed_images = ["c"]
            """;
        var entry = SettingsReader.Build(ConfigReader.Parse(Toml, "config.toml"), "s_1", ConfigTables.Context).Runners[0];

        var box = VirtualBoxSettingsReader.Read(entry, "/home/ci");
        Assert.Equal(
            ("ubuntu", "clean", "/vms", true, "^a b$", "gui"),
            (box.BaseName, box.BaseSnapshot, box.BaseFolder, box.DisableSnapshots, string.Join(' ', box.AllowedImages), box.StartType));
        Assert.Equal(("ci", "2222", "/home/ci/.ssh/known_hosts"), (box.Ssh.User, box.Ssh.Port, box.Ssh.KnownHostsFile));
        var parallels = ParallelsSettingsReader.Read(entry, "/home/ci");
        Assert.Equal(
            ("sonoma", "golden", true, "ntp.example.com", "c"),
            (parallels.BaseName, parallels.TemplateName, parallels.DisableSnapshots, parallels.TimeServer, string.Join(' ', parallels.AllowedImages)));

        var standard = SettingsReader.Build(ConfigReader.Parse("[[runners]]\n[runners.virtualbox]\n[runners.parallels]\n", "config.toml"), "s_1", ConfigTables.Context).Runners[0];
        Assert.Equal(("headless", "time.apple.com"), (VirtualBoxSettingsReader.Read(standard, "/").StartType, ParallelsSettingsReader.Read(standard, "/").TimeServer));
    }

    [Fact]
    public void Lint_names_the_line_of_a_pattern_that_is_none_and_everything_that_is_missing()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "config.toml");
        File.WriteAllText(path, """
            [[runners]]
              url = "https://gitlab.example.com"
              token = "glrt-x"
              executor = "virtualbox"
              [runners.virtualbox]
                allowed_images = ["^a$", "(?<=a)b"]
            """);

        var found = ConfigLint.Check(path, Host.Compile);

        Assert.Equal(
            $"""
            config schema validation failed: {path}: runners.virtualbox.base_name: missing BaseName setting from VirtualBox configuration: set base_name in [runners.virtualbox] to the VM that copies are made of
            {path}: runners.ssh: missing SSH config: the runner needs a table [runners.ssh] with user and identity_file or password
            {path}:6: runners.virtualbox.allowed_images: invalid regexp pattern in allowed_images parameter: (?<=a)b
            """,
            found);
    }

    private static SshSettings Ssh => new() { IsConfigured = true, KnownHostsFile = "/home/ci/.ssh/known_hosts" };

    private static string Toml(string table, JsonElement keys) => keys.ValueKind == JsonValueKind.Null
        ? ""
        : $"[runners.{table}]\n" + string.Concat(keys.EnumerateObject().Select(key => $"{key.Name} = {key.Value.GetRawText()}\n"));
}
