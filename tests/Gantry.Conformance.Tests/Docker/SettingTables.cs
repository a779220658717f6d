using System.Text.Json;
using Gantry.Engine.Executors;
using Gantry.Executors;
using Gantry.Executors.Docker;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Images;
using Gantry.Executors.Docker.Running;
using Gantry.Executors.Docker.Settings;
using Gantry.Executors.Docker.Volumes;
using Gantry.Executors.Images;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Docker;

/// <summary>docker-settings.json: how single keys appear in what is sent to the engine.</summary>
public sealed class SettingTables
{
    [Fact]
    [Tables("docker-settings", "device", "gpus", "service-gpus", "services-devices")]
    public void Devices_and_gpus_are_read()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var value = one.Input.GetProperty("value");
            switch (one.Table)
            {
                case "device":
                    Check(one, () => DeviceSyntax.Device(value.GetString()!), actual => CompareDevice(one.Expected, actual));
                    break;
                case "services-devices":
                    var globs = value.EnumerateObject().ToDictionary(p => p.Name, p => (IReadOnlyList<string>)[.. p.Value.EnumerateArray().Select(d => d.GetString()!)]);
                    Check(one, () => DeviceSyntax.ForService(globs, one.InputText("image")!), actual =>
                    {
                        var expected = one.Expected.GetProperty("devices_any_order").EnumerateArray().OrderBy(d => DockerCase.Text(d, "path_on_host"), StringComparer.Ordinal).ToList();
                        Assert.Equal(expected.Count, actual.Count);
                        Assert.All(expected.Zip(actual.OrderBy(d => d.PathOnHost, StringComparer.Ordinal)), pair => CompareDevice(pair.First, pair.Second));
                    });
                    break;
                default:
                    Check(one, () => DeviceSyntax.Gpus(value.GetString()!), actual => CompareGpus(one.Expected.GetProperty("device_requests"), actual));
                    break;
            }
        }

        Assert.Equal(15, cases.Count);
    }

    [Fact]
    [Tables("docker-settings", "cpus", "resources", "service-resources", "pid-mode", "ulimit", "dns", "mac", "log-config", "security-opt")]
    public void Limits_reach_the_container_they_are_meant_for()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var folder = Directory.CreateTempSubdirectory("gantry-settings-").FullName;
            var profile = Path.Combine(folder, "profile.json");
            File.WriteAllText(profile, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}");
            var settings = SettingOf(one, profile);
            var specs = new HostSpecs { Settings = settings, Volumes = new JobVolumes(Naming) };
            if (one.ExpectedText("error") is { } exact)
            {
                Assert.Equal(exact, Assert.Throws<EnvironmentException>(() => specs.Build("image")).Message);
            }
            else if (one.ExpectedText("error_contains") is { } part)
            {
                Assert.Contains(part, Assert.Throws<EnvironmentException>(() => specs.Build("image")).Message, StringComparison.Ordinal);
            }
            else
            {
                Compare(one, specs, settings);
            }

            Directory.Delete(folder, recursive: true);
        }

        Assert.Equal(38, cases.Count);
    }

    [Fact]
    [Tables("config-rules", "log-options")]
    public void The_log_driver_takes_two_options()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var error = Record.Exception(() => HostRules.Log(DockerCase.Map(one.Input.GetProperty("log_options"))));
            Assert.Equal(one.Expected.GetProperty("error").GetBoolean(), error is FormatException);
            Assert.Contains(one.ExpectedText("error_contains") ?? "", error?.Message ?? "", StringComparison.Ordinal);
        }

        Assert.Equal(6, cases.Count);
    }

    [Fact]
    [Tables("exit-codes")]
    public void Exit_codes_of_the_engine_have_32_bits()
    {
        var cases = DockerCases.Of();
        Assert.All(cases, one => Assert.Equal(one.Expected.GetInt32(), ContainerRun.Exit(one.Input.GetInt64()).Code));
        Assert.Equal(8, cases.Count);
    }

    [Fact]
    [Tables("job-payload", "job-url")]
    public void A_job_has_a_page_below_its_project()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var facts = new JobFacts { JobId = one.Input.GetProperty("job_id").GetInt64(), ProjectUrl = ProjectAddress.Of(one.InputText("repo_url")!) };
            Assert.Equal(one.ExpectedText("url"), new JobLabels(facts, new Dictionary<string, string>()).Plain()[JobLabels.Prefix + "job.url"]);
        }

        Assert.Equal(3, cases.Count);
    }

    [Fact]
    [Tables("shell-commands", "bash-entrypoint")]
    public void A_container_looks_for_its_shell()
    {
        var one = Assert.Single(DockerCases.Of());
        Assert.Equal(
            one.Expected.EnumerateArray().Select(word => word.GetString()!.TrimEnd('\n')),
            ContainerCommand.For(one.InputText("shell")!).Select(word => word.TrimEnd('\n')));
    }

    [Fact]
    [Tables("docker-settings", "image-user")]
    public void The_user_of_the_build_container_is_checked()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var settings = new DockerSettings { User = one.InputText("runner_user")!, AllowedUsers = one.InputList("allowed_users") };
            var options = new ImageOptions(one.InputText("job_user")!, "");
            if (one.ExpectedText("error_contains") is { } part)
            {
                Assert.Contains(part, Assert.Throws<EnvironmentException>(() => options.UserFor(settings)).Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.True(one.ExpectedText("User") == options.UserFor(settings), one.Name);
            }
        }

        Assert.Equal(8, cases.Count);
    }

    [Fact]
    [Tables("docker-settings", "os-type", "container-os", "image-reference", "mac-warning")]
    public void Engine_kinds_references_and_warnings()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            switch (one.Table)
            {
                case "os-type":
                    var error = Record.Exception(() => EngineRules.CheckSystem(one.InputText("value")!));
                    Assert.True(one.ExpectedText("error") == error?.Message, one.Name);
                    break;
                case "container-os":
                    Assert.True(one.ExpectedText("os") == EngineRules.ContainerSystem(one.InputText("value")!), one.Name);
                    break;
                case "image-reference":
                    var image = JsonSerializer.Deserialize(one.Input.GetProperty("image").GetRawText(), EngineJson.Default.ImageDetails)!;
                    Assert.True(one.ExpectedText("Image") == EngineRules.ImageReference(image), one.Name);
                    break;
                default:
                    var warning = EngineRules.MacAddressWarning(one.InputText("value")!, EngineVersion.Parse(one.InputText("api_version")!));
                    Assert.True(one.ExpectedText("warning_contains") is { } part ? warning!.Contains(part, StringComparison.Ordinal) : warning is null, one.Name);
                    break;
            }
        }

        Assert.Equal(11, cases.Count);
    }

    [Fact]
    [Tables("docker-settings", "labels", "labels-empty-job", "label-pipeline")]
    public void Labels_are_the_official_ones()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            if (one.Table == "label-pipeline")
            {
                var payload = one.Input.GetProperty("payload") is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : 0;
                Assert.Equal(one.ExpectedText(JobLabels.Prefix + "pipeline.id"), JobFacts.Pipeline(payload, one.InputText("variable")));
                continue;
            }

            var expected = DockerCase.Map(one.Expected.GetProperty("Labels"));
            var actual = one.Table == "labels"
                ? new JobLabels(Facts(one.Input.GetProperty("job")), new Dictionary<string, string>())
                    .Plain([.. DockerCase.Map(one.Input.GetProperty("other")).Select(pair => (pair.Key, pair.Value))])
                : new JobLabels(new JobFacts { Timeout = "2h0m0s" }, DockerCase.Map(one.Input.GetProperty("value"))).Build();
            Assert.Equal(expected.OrderBy(p => p.Key, StringComparer.Ordinal), actual.OrderBy(p => p.Key, StringComparer.Ordinal));
        }

        Assert.Equal(5, cases.Count);
    }

    private static readonly VolumeNaming Naming = new()
    {
        ReusablePrefix = "r",
        TemporaryPrefix = "t",
        Protected = false,
        Labels = (_, _) => new Dictionary<string, string>(),
    };

    private static JobFacts Facts(JsonElement job) => new()
    {
        JobId = job.GetProperty("id").GetInt64(),
        ProjectUrl = ProjectAddress.Of(DockerCase.Text(job, "repo_url")!),
        Sha = DockerCase.Text(job, "sha")!,
        BeforeSha = DockerCase.Text(job, "before_sha")!,
        Ref = DockerCase.Text(job, "ref")!,
        Timeout = "2h0m0s",
        ProjectId = job.GetProperty("project_id").GetInt64(),
        ProjectNumber = job.GetProperty("project_runner_id").GetInt32(),
        ShortToken = DockerCase.Text(job, "runner_token")![..9],
        RunnerNumber = job.GetProperty("runner_local_id").GetInt32(),
        SystemId = DockerCase.Text(job, "system_id")!,
    };

    private static DockerSettings SettingOf(DockerCase one, string profile)
    {
        var value = one.Input.GetProperty("value");
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        var list = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(e => e.GetString()!.Replace("{file}", profile, StringComparison.Ordinal)).ToList() : [];
        var none = new DockerSettings();
        return one.InputText("setting") switch
        {
            "cpus" => none with { Cpus = text },
            "memory" => none with { Memory = text },
            "memory_swap" => none with { MemorySwap = text },
            "memory_reservation" => none with { MemoryReservation = text },
            "cgroup_parent" => none with { CgroupParent = text },
            "cpuset_cpus" => none with { CpusetCpus = text },
            "cpuset_mems" => none with { CpusetMems = text },
            "user" => none with { User = text },
            "userns_mode" => none with { UsernsMode = text },
            "runtime" => none with { Runtime = text },
            "sysctls" => none with { Sysctls = DockerCase.Map(value) },
            "service_memory" => none with { ServiceMemory = text },
            "service_memory_swap" => none with { ServiceMemorySwap = text },
            "service_memory_reservation" => none with { ServiceMemoryReservation = text },
            "service_cgroup_parent" => none with { ServiceCgroupParent = text },
            "service_cpuset_cpus" => none with { ServiceCpusetCpus = text },
            "service_cpus" => none with { ServiceCpus = text },
            "pid_mode" => none with { PidMode = text, Privileged = one.Input.GetProperty("privileged").GetBoolean() },
            "ulimit" => none with { Ulimit = DockerCase.Map(value) },
            "dns" => none with { Dns = list },
            "mac_address" => none with { MacAddress = text },
            "log_options" => none with { LogOptions = DockerCase.Map(value) },
            "security_opt" => none with { SecurityOpt = list },
            var other => throw new InvalidOperationException(other),
        };
    }

    private static void Compare(DockerCase one, HostSpecs specs, DockerSettings settings)
    {
        if (one.Table == "mac")
        {
            Assert.True(one.ExpectedText("MacAddress") == HostRules.MacAddress(settings.MacAddress), one.Name);
        }
        else if (one.Expects("build"))
        {
            CompareHost(one, one.Expected.GetProperty("build"), specs.Build("image"), settings.User);
            CompareHost(one, one.Expected.GetProperty("predefined"), specs.Predefined("image"), "");
            if (one.Expects("service"))
            {
                CompareHost(one, one.Expected.GetProperty("service"), specs.Service("image"), "");
            }
        }
        else
        {
            CompareHost(one, one.Expected, one.InputText("setting")!.StartsWith("service", StringComparison.Ordinal) ? specs.Service("image") : specs.Build("image"), settings.User);
        }
    }

    private static void CompareHost(DockerCase one, JsonElement expected, HostSpec host, string user)
    {
        var sent = JsonDocument.Parse(JsonSerializer.Serialize(new ContainerSpec { HostConfig = host, User = user.Length == 0 ? null : user }, EngineJson.Default.ContainerSpec)).RootElement;
        foreach (var property in expected.EnumerateObject())
        {
            // Zero, empty and absent are the same to an engine.
            var name = property.Name == "NanoCPUs" ? "NanoCpus" : property.Name;
            var actual = name == "User" ? Find(sent, "User") : Find(sent.GetProperty("HostConfig"), name);
            Assert.True(Plain(property.Value) == (actual is { } found ? Plain(found) : ""), $"{one.Name}: {property.Name} is {actual}");
        }
    }

    private static JsonElement? Find(JsonElement element, string name) => element.TryGetProperty(name, out var found) ? found : null;

    private static string Plain(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => "",
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Array when element.GetArrayLength() == 0 => "",
        JsonValueKind.Array => string.Join('\n', element.EnumerateArray().Select(Plain)),
        JsonValueKind.Object => string.Join('\n', element.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => $"{p.Name}={Plain(p.Value)}")),
        _ => element.GetRawText(),
    };

    private static void Check<T>(DockerCase one, Func<T> read, Action<T> compare)
    {
        if (one.Expects("error") || one.Expects("error_contains"))
        {
            var error = Assert.Throws<FormatException>(() => { read(); });
            Assert.Contains(one.ExpectedText("error_contains") ?? "", error.Message, StringComparison.Ordinal);
        }
        else
        {
            compare(read());
        }
    }

    private static void CompareDevice(JsonElement expected, DeviceSpec actual) => Assert.Equal(
        (DockerCase.Text(expected, "path_on_host"), DockerCase.Text(expected, "path_in_container"), DockerCase.Text(expected, "permissions")),
        (actual.PathOnHost, actual.PathInContainer, actual.CgroupPermissions));

    private static void CompareGpus(JsonElement expected, DeviceRequestSpec? actual)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(actual);
            return;
        }

        var one = Assert.Single(expected.EnumerateArray());
        Assert.Equal(DockerCase.Text(one, "driver"), actual!.Driver);
        Assert.Equal(one.GetProperty("count").GetInt32(), actual.Count);
        Assert.Equal(DockerCase.List(one, "device_ids"), actual.DeviceIDs ?? []);
        Assert.Equal(one.GetProperty("capabilities")[0].EnumerateArray().Select(c => c.GetString()), actual.Capabilities[0]);
        Assert.Empty(actual.Options);
    }
}
