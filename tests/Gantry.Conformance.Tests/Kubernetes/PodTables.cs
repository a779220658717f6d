using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Conformance.Tests.Runner;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Images;
using Gantry.Executors.Kubernetes;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;
using Gantry.Executors.Kubernetes.Settings;
using Gantry.Protocol.Jobs;
using Gantry.Runner.Configuration;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Kubernetes;

/// <summary>kubernetes-overwrites.json, kubernetes-rules.json, and what other files have about pods.</summary>
public sealed class PodTables
{
    [Fact]
    [Tables("kubernetes-overwrites", "overwrites")]
    public Task Jobs_overwrite_what_they_may() => RunnerCases.Run(18, one =>
    {
        var settings = Settings(one.Input);
        if (one.Expected.Text("error") is { } error)
        {
            var message = Assert.Throws<EnvironmentException>(() => Overwrites.Of(settings, Variables(one.Input), _ => { })).Message;
            Assert.Contains(error == "malformed" ? "does not match" : "is higher than limit allowed", message, StringComparison.Ordinal);
            return;
        }

        var got = Overwrites.Of(settings, Variables(one.Input), _ => { });
        var values = one.Expected.GetProperty("values");
        Assert.Equal(
            (values.Text("namespace") ?? "", values.Text("service_account") ?? "", values.Text("bearer_token") ?? ""), (got.Namespace, got.ServiceAccount, got.BearerToken));
        Assert.Equivalent(values.Map("node_selector"), got.NodeSelector, strict: true);
        Assert.Equivalent(values.Map("node_tolerations"), got.NodeTolerations, strict: true);
        Assert.Equivalent(values.Map("pod_labels"), got.PodLabels, strict: true);
        Assert.Equivalent(values.Map("pod_annotations"), got.PodAnnotations, strict: true);
        foreach (var owner in new[] { "build", "service", "helper", "pod" })
        {
            Amounts(one.Expected.GetProperty("resources").Member(owner), got.Resources[owner == "build" ? "" : owner + "_"]);
        }
    });

    [Fact]
    [Tables("kubernetes-overwrites", "services")]
    public Task Services_overwrite_their_own_resources() => RunnerCases.Run(7, one =>
    {
        var settings = Settings(one.Input);
        var overwrites = Overwrites.Of(settings, Variables(one.Input), _ => { });
        foreach (var (service, expected) in one.Input.GetProperty("services").EnumerateArray().Zip(one.Expected.GetProperty("services").EnumerateArray()))
        {
            Amounts(expected, overwrites.ForService(settings, Variables(service).All, _ => { }));
        }
    });

    [Fact]
    [Tables("kubernetes-rules", "resource-list")]
    public Task Quantities_are_read() => RunnerCases.Run(6, one =>
    {
        var keys = new Dictionary<string, string> { ["cpu_limit"] = one.In("cpu"), ["memory_limit"] = one.In("memory"), ["ephemeral_storage_limit"] = one.In("ephemeral_storage") };
        var settings = new KubernetesSettings { Resources = keys.Where(pair => pair.Value.Length > 0).ToDictionary() };
        if (one.Expects("error"))
        {
            Assert.NotEmpty(settings.Problems());
            Assert.Throws<EnvironmentException>(() => Overwrites.Of(settings, new JobVariables([]), _ => { }));
            return;
        }

        Assert.Empty(settings.Problems());
        Assert.Equivalent(one.Expected.Map("resources"), Overwrites.Of(settings, new JobVariables([]), _ => { }).Build.Limits, strict: true);
    });

    [Fact]
    [Tables("kubernetes-rules", "env-dollar")]
    public Task Dollars_in_the_environment_are_not_the_clusters() =>
        RunnerCases.Run(4, one => Assert.Equal(one.Expected.Text("value"), PodRecipe.EnvironmentValue(one.In("value"))));

    [Fact]
    [Tables("kubernetes-rules", "host-aliases")]
    public Task Services_are_names_in_the_pod() => RunnerCases.Run(6, one =>
    {
        var services = one.Input.GetProperty("services").EnumerateArray().Select(service => new PodService
        {
            Container = "x",
            Image = service.Text("name")!,
            Aliases = ServiceName.Split(service.Text("alias")),
            Ports = service.Member("ports") is { } ports ? [.. ports.EnumerateArray().Select(_ => new ImagePort())] : [],
        }).ToList();
        var configured = one.Input.GetProperty("configured").EnumerateArray().Select(alias => new HostAlias(alias.Text("ip")!, alias.Texts("hostnames"))).ToList();
        if (one.Expects("error"))
        {
            Assert.Throws<EnvironmentException>(() => PodRecipe.HostAliases(services, configured));
            return;
        }

        Same(one.Expected.GetProperty("host_aliases"), PodRecipe.HostAliases(services, configured));
    });

    [Fact]
    [Tables("config-rules", "k8s-host-aliases")]
    public Task Host_aliases_are_read() => RunnerCases.Run(3, one =>
        Same(one.Expected.GetProperty("host_aliases"), PodRecipe.HostAliases([], Settings(one.Input).HostAliases)));

    [Fact]
    [Tables("kubernetes-rules", "uid-gid", "uid-gid-pod", "security-user", "service-user")]
    [Tables("job-payload", "uid-gid")]
    public Task Containers_run_as_whom_operator_and_job_say() => RunnerCases.Run(40, one =>
    {
        var notes = new List<string>();
        var ofPayload = one.Expected.TryGetProperty("error", out var error);
        var user = ContainerUser.Of("build", one.In(ofPayload ? "user" : "job_user"), Context(one.Input, "container_security_context"), new KubernetesSettings
        {
            PodSecurityContext = Context(one.Input, "pod_security_context"),
            AllowedUsers = one.Input.Texts("allowed_users"),
            AllowedGroups = one.Input.Texts("allowed_groups"),
        }, notes.Add);
        if (ofPayload)
        {
            Assert.Equal((error.GetBoolean(), one.Expected.GetProperty("uid").GetInt64(), one.Expected.GetProperty("gid").GetInt64()), (notes.Count > 0, user.Uid ?? 0, user.Gid ?? 0));
            return;
        }

        var json = one.Table is "security-user" or "service-user";
        Assert.Equal(Id(one.Expected, json ? "run_as_user" : "uid"), user.Uid);
        Assert.Equal(Id(one.Expected, json ? "run_as_group" : "gid"), user.Gid);
        Assert.Contains(one.Expected.Text("log_contains") ?? "", string.Join('\n', notes), StringComparison.Ordinal);
    });

    [Fact]
    [Tables("config-rules", "k8s-user", "k8s-group")]
    public Task Users_and_groups_are_on_the_list_or_not() => RunnerCases.Run(24, one =>
    {
        var kind = one.Table == "k8s-user" ? "user" : "group";
        var text = one.In(kind);
        var allowed = text.Length == 0 || (ContainerUser.Parse(text) is { } id && ContainerUser.IsAllowed(id, one.Input.Texts($"allowed_{kind}s")));
        Assert.Equal(one.Expected.GetProperty("error").GetBoolean(), !allowed);
    });

    [Fact]
    [Tables("config-rules", "capabilities", "container-capabilities")]
    public Task Capabilities_are_added_and_dropped() => RunnerCases.Run(11, one =>
    {
        var settings = new KubernetesSettings { CapAdd = one.Input.Texts("cap_add"), CapDrop = one.Input.Texts("cap_drop") };
        var context = new SecurityContext { CapAdd = one.Input.Texts("container_add"), CapDrop = one.Input.Texts("container_drop") };
        var got = Capabilities.Of(one.Input.Texts("default_cap_drop"), settings, context);
        if (one.Expected.Member("capabilities") is not { } expected)
        {
            Assert.Null(got);
            return;
        }

        foreach (var side in new[] { "add", "drop" })
        {
            var list = expected.GetProperty(side);
            var names = list.ValueKind == JsonValueKind.Object ? list.Texts("contains") : expected.Texts(side);
            Assert.Equal(names.Order(StringComparer.Ordinal), (got?[side]?.AsArray() ?? []).Select(name => name!.ToString()).Order(StringComparer.Ordinal));
        }
    });

    [Fact]
    [Tables("config-rules", "privileged")]
    public Task A_containers_own_privileged_counts() => RunnerCases.Run(3, one =>
    {
        var settings = new KubernetesSettings { Privileged = one.Input.Member("pod")?.GetBoolean() };
        var json = new SecurityContext { Privileged = one.Input.Member("container")?.GetBoolean() }.ToContainer(settings, default);
        Assert.Equal(one.Expected.GetProperty("privileged").GetBoolean(), json!["privileged"]!.GetValue<bool>());
    });

    [Fact]
    [Tables("config-rules", "pod-spec-patch")]
    public Task Patches_are_yaml_or_json() => RunnerCases.Run(6, one =>
    {
        var patch = new PodSpecPatch { Name = "p", Patch = one.In("patch"), PatchPath = one.In("patch_path"), PatchType = one.In("patch_type") };
        if (one.Expects("error"))
        {
            Assert.Contains(one.Expected.Text("error_text")!, Assert.Throws<FormatException>(patch.Content).Message, StringComparison.Ordinal);
            return;
        }

        Assert.Equal((one.Expected.Text("patch"), one.Expected.Text("patch_type")), (patch.Content().ToJsonString(), patch.EffectiveType));
    });

    [Fact]
    [Tables("names", "dns-subdomain", "kubernetes-label")]
    public Task Names_are_what_kubernetes_takes() => RunnerCases.Run(11, one =>
    {
        if (one.Table == "dns-subdomain")
        {
            Assert.Equal(one.Expected.GetBoolean(), DnsName.IsSubdomain(one.In("text")));
            return;
        }

        var text = one.Input.Text("text") ?? System.Text.Encoding.UTF8.GetString(one.Input.GetProperty("text").GetProperty("base64").GetBytesFromBase64());
        Assert.Equal(one.Expected.GetString(), PodLabels.Value(text));
    });

    [Fact]
    [Tables("pull-policies", "kubernetes", "kubernetes-allowed", "kubernetes-convert", "effective")]
    public Task Pull_policies_are_read_and_filtered() => RunnerCases.Run(15, one =>
    {
        Func<IReadOnlyList<string>> read = one.Table switch
        {
            "kubernetes" => () => ImagePullPolicies.Read(one.Input.Texts("pull_policy"), "pull_policy"),
            "kubernetes-allowed" => () => ImagePullPolicies.Read(one.Input.Texts("allowed_pull_policies"), "allowed_pull_policies"),
            "kubernetes-convert" => () => ImagePullPolicies.Convert(one.Input.Texts("image_pull_policies"), "pull_policy"),
            _ => () => ImagePullPolicies.Effective(one.Input.Texts("policies"), one.Input.Texts("allowed")),
        };
        if (one.Expects("error"))
        {
            Assert.Throws<FormatException>(read);
        }
        else
        {
            Assert.Equal(one.Expected.Texts("policies"), read());
        }
    });

    [Fact]
    [Tables("kubernetes-rules", "pull-policies")]
    public Task Each_container_has_its_policy() => RunnerCases.Run(4, one =>
    {
        var settings = new KubernetesSettings { PullPolicy = one.Input.Texts("pull_policy"), AllowedPullPolicies = one.Input.Texts("allowed_pull_policies") };
        var services = one.Input.GetProperty("services").EnumerateArray().Select(_ => (IReadOnlyList<string>)[])
            .Concat(one.Input.GetProperty("job_services").EnumerateArray().Select(service => service.Texts("pull_policies"))).ToList();
        var expected = one.Expected.Map("image_pull_policy");
        Assert.Equal(expected["build"], ImagePullPolicies.For("build", [], settings)[0]);
        for (var i = 0; i < services.Count; i++)
        {
            Assert.Equal(expected[$"svc-{i}"], ImagePullPolicies.For($"svc-{i}", services[i], settings)[0]);
        }
    });

    [Fact]
    [Tables("kubernetes-rules", "api-retry")]
    public Task Calls_are_tried_again() => RunnerCases.Run(6, one =>
    {
        var settings = Settings(one.Input);
        var rules = RetryRules.Of(settings.RetryLimit, settings.RetryBackoffMax, settings.RetryLimits);
        var attempts = rules.TriesFor(one.In("error"));
        Assert.Equal(one.Expected.GetProperty("attempts").GetInt32(), attempts);
        Assert.Equal(one.Expected.GetProperty("last_backoff_ms").GetDouble(), rules.WaitAfter(attempts).TotalMilliseconds);
    });

    private static void Amounts(JsonElement? expected, ResourceSet got)
    {
        foreach (var (side, amounts) in new[] { ("limits", got.Limits), ("requests", got.Requests) })
        {
            var wanted = expected?.Map(side) ?? [];
            Assert.Equal(wanted.Keys.Order(StringComparer.Ordinal), amounts.Keys.Order(StringComparer.Ordinal));
            Assert.All(wanted, pair => Assert.Equal(Quantity.Parse(pair.Value), Quantity.Parse(amounts[pair.Key])));
        }
    }

    private static void Same(JsonElement expected, JsonArray? actual) =>
        Assert.True(JsonNode.DeepEquals(expected.ValueKind == JsonValueKind.Null ? null : JsonNode.Parse(expected.GetRawText()), actual), actual?.ToJsonString());

    private static long? Id(JsonElement expected, string name) => expected.Member(name)?.GetInt64() is { } id and >= 0 ? id : null;

    private static JobVariables Variables(JsonElement input) => new(input.Member("variables") is { } list
        ? [.. list.EnumerateArray().Select(variable => new JobVariable { Key = variable.Text("key")!, Value = variable.Text("value")! })] : []);

    private static SecurityContext Context(JsonElement input, string name) => input.Member(name) is { } context
        ? new SecurityContext { RunAsUser = context.Member("run_as_user")?.GetInt64(), RunAsGroup = context.Member("run_as_group")?.GetInt64() } : new SecurityContext();

    /// <summary>As the file would have them.</summary>
    private static KubernetesSettings Settings(JsonElement input) =>
        KubernetesSettingsReader.Read(ConfigReader.Parse($"[[runners]]\nkubernetes = {Toml(input.GetProperty("kubernetes"))}\n", "f").Table.Tables("runners")[0].TableOrEmpty("kubernetes"));

    private static string Toml(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => $"{{ {string.Join(", ", json.EnumerateObject().Select(property => $"{ConfigEncoder.Quote(property.Name)} = {Toml(property.Value)}"))} }}",
        JsonValueKind.Array => $"[{string.Join(", ", json.EnumerateArray().Select(Toml))}]",
        JsonValueKind.String => ConfigEncoder.Quote(json.GetString()!),
        _ => json.GetRawText(),
    };
}
