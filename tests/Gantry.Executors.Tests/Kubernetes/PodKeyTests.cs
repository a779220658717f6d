using System.Text.Json.Nodes;
using Gantry.Engine.Executors;
using Gantry.Executors.Kubernetes;
using Gantry.Executors.Kubernetes.Pods;
using Gantry.Executors.Kubernetes.Settings;
using Gantry.Executors.Tests.Shell;
using Gantry.Protocol.Jobs;
using Gantry.Runner.Configuration;
using Gantry.Runner.Configuration.Shapes;

namespace Gantry.Executors.Tests.Kubernetes;

/// <summary>Every key of <c>[runners.kubernetes]</c>, from the text of <c>config.toml</c> to the pod that is written.</summary>
public sealed class PodKeyTests
{
    private const string Build = "spec.containers.0.";
    private const string Service = "spec.containers.1.";

    /// <summary>The key, its line, and where the pod has it.</summary>
    private static readonly (string Key, string Toml, string Path, string Json)[] Cases =
    [
        ("image", "image = \"alpine:3.20\"", Build + "image", "\"alpine:3.20\""),
        ("privileged", "privileged = true", Build + "securityContext.privileged", "true"),
        ("allow_privilege_escalation", "allow_privilege_escalation = false", Build + "securityContext.allowPrivilegeEscalation", "false"),
        ("runtime_class_name", "runtime_class_name = \"gvisor\"", "spec.runtimeClassName", "\"gvisor\""),
        ("cpu_limit", "cpu_limit = \"1\"", Build + "resources.limits.cpu", "\"1\""),
        ("cpu_request", "cpu_request = \"500m\"", Build + "resources.requests.cpu", "\"500m\""),
        ("memory_limit", "memory_limit = \"1Gi\"", Build + "resources.limits.memory", "\"1Gi\""),
        ("memory_request", "memory_request = \"1Gi\"", Build + "resources.requests.memory", "\"1Gi\""),
        ("ephemeral_storage_limit", "ephemeral_storage_limit = \"3Gi\"", Build + "resources.limits.ephemeral-storage", "\"3Gi\""),
        ("ephemeral_storage_request", "ephemeral_storage_request = \"3Gi\"", Build + "resources.requests.ephemeral-storage", "\"3Gi\""),
        ("service_cpu_limit", "service_cpu_limit = \"1\"", Service + "resources.limits.cpu", "\"1\""),
        ("service_cpu_request", "service_cpu_request = \"1\"", Service + "resources.requests.cpu", "\"1\""),
        ("service_memory_limit", "service_memory_limit = \"1Gi\"", Service + "resources.limits.memory", "\"1Gi\""),
        ("service_memory_request", "service_memory_request = \"1Gi\"", Service + "resources.requests.memory", "\"1Gi\""),
        ("service_ephemeral_storage_limit", "service_ephemeral_storage_limit = \"1Gi\"", Service + "resources.limits.ephemeral-storage", "\"1Gi\""),
        ("service_ephemeral_storage_request", "service_ephemeral_storage_request = \"1Gi\"", Service + "resources.requests.ephemeral-storage", "\"1Gi\""),
        ("pod_cpu_limit", "pod_cpu_limit = \"1\"", "spec.resources.limits.cpu", "\"1\""),
        ("pod_cpu_request", "pod_cpu_request = \"1\"", "spec.resources.requests.cpu", "\"1\""),
        ("pod_memory_limit", "pod_memory_limit = \"1Gi\"", "spec.resources.limits.memory", "\"1Gi\""),
        ("pod_memory_request", "pod_memory_request = \"1Gi\"", "spec.resources.requests.memory", "\"1Gi\""),
        ("node_selector", "node_selector = { disk = \"ssd\" }", "spec.nodeSelector", """{"disk":"ssd"}"""),
        ("node_tolerations", "node_tolerations = { \"a=b\" = \"NoSchedule\", c = \"\" }", "spec.tolerations",
            """[{"key":"a","operator":"Equal","value":"b","effect":"NoSchedule"},{"key":"c","operator":"Exists"}]"""),
        ("affinity", """
            [[runners.kubernetes.affinity.node_affinity.preferred_during_scheduling_ignored_during_execution]]
            weight = 5
            [[runners.kubernetes.affinity.node_affinity.preferred_during_scheduling_ignored_during_execution.preference.match_expressions]]
            key = "zone"
            operator = "In"
            values = ["a"]
            """, "spec.affinity",
            """{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":5,"preference":{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]}}]}}"""),
        ("image_pull_secrets", "image_pull_secrets = [\"one\"]", "spec.imagePullSecrets", """[{"name":"one"}]"""),
        ("use_service_account_image_pull_secrets", "use_service_account_image_pull_secrets = true\nimage_pull_secrets = [\"one\"]", "spec.imagePullSecrets", "null"),
        ("pod_termination_grace_period_seconds", "pod_termination_grace_period_seconds = 7", "spec.terminationGracePeriodSeconds", "7"),
        ("pod_labels", "pod_labels = { team = \"a b of $CI_JOB_ID\", \"job.runner.gitlab.com/pod\" = \"mine\" }", "metadata.labels.team", "\"a_b_of_42\""),
        ("pod_annotations", "pod_annotations = { note = \"of $CI_JOB_ID\" }", "metadata.annotations.note", "\"of 42\""),
        ("scheduler_name", "scheduler_name = \"other\"", "spec.schedulerName", "\"other\""),
        ("service_account", "service_account = \"ci\"", "spec.serviceAccountName", "\"ci\""),
        ("automount_service_account_token", "automount_service_account_token = false", "spec.automountServiceAccountToken", "false"),
        ("pod_security_context", "[runners.kubernetes.pod_security_context]\nfs_group = 1\nrun_as_user = 2\nrun_as_non_root = true\nsupplemental_groups = [3]\nseccomp_profile = { type = \"RuntimeDefault\" }",
            "spec.securityContext", """{"fsGroup":1,"runAsUser":2,"runAsNonRoot":true,"supplementalGroups":[3],"seccompProfile":{"type":"RuntimeDefault"}}"""),
        ("build_container_security_context", "[runners.kubernetes.build_container_security_context]\nrun_as_user = 5\nread_only_root_filesystem = true\nproc_mount = \" Unmasked\"\nselinux_type = \"t\"\n[runners.kubernetes.build_container_security_context.capabilities]\nadd = [\"SYS_TIME\"]",
            Build + "securityContext",
            """{"capabilities":{"add":["SYS_TIME"],"drop":["NET_RAW"]},"readOnlyRootFilesystem":true,"runAsUser":5,"procMount":"Unmasked","seLinuxOptions":{"type":"t"}}"""),
        ("service_container_security_context", "[runners.kubernetes.service_container_security_context]\nrun_as_group = 6\nprivileged = false\napp_armor_profile = { type = \"Localhost\", localhost_profile = \"p\" }",
            Service + "securityContext",
            """{"capabilities":{"drop":["NET_RAW"]},"privileged":false,"runAsGroup":6,"appArmorProfile":{"type":"Localhost","localhostProfile":"p"}}"""),
        ("volumes", """
            [[runners.kubernetes.volumes.pvc]]
            name = "data-$CI_JOB_ID"
            mount_path = "/data"
            sub_path = "x"
            read_only = true
            [[runners.kubernetes.volumes.empty_dir]]
            name = "ram"
            mount_path = "/builds"
            medium = "Memory"
            size_limit = "1Gi"
            [[runners.kubernetes.volumes.config_map]]
            name = "conf"
            mount_path = "/conf"
            items = { a = "b" }
            """, "spec.volumes",
            """
            [{"name":"data-42","persistentVolumeClaim":{"claimName":"data-42","readOnly":true}},
            {"name":"conf","configMap":{"name":"conf","items":[{"key":"a","path":"b"}]}},
            {"name":"ram","emptyDir":{"medium":"Memory","sizeLimit":"1Gi"}},
            {"name":"logs","emptyDir":{}}]
            """),
        ("logs_base_dir", "logs_base_dir = \"/var/ci\"", Build + "volumeMounts.1", """{"name":"logs","mountPath":"/var/ci/logs-7-42"}"""),
        ("host_aliases", "[[runners.kubernetes.host_aliases]]\nip = \"10.0.0.1\"\nhostnames = [\"db\"]", "spec.hostAliases",
            """[{"ip":"127.0.0.1","hostnames":["redis","cache"]},{"ip":"10.0.0.1","hostnames":["db"]}]"""),
        ("services", "[[runners.kubernetes.services]]\nname = \"postgres:16\"\nalias = \"db\"\ncommand = [\"-v\"]\nentrypoint = [\"pg\"]\nenvironment = [\"A=b\"]", "spec.containers.2.args", """["-v"]"""),
        ("cap_add", "cap_add = [\"NET_RAW\"]", Build + "securityContext.capabilities", """{"add":["NET_RAW"]}"""),
        ("cap_drop", "cap_drop = [\"ALL\"]", Build + "securityContext.capabilities", """{"drop":["NET_RAW","ALL"]}"""),
        ("dns_policy", "dns_policy = \"cluster-first-with-host-net\"", "spec.dnsPolicy", "\"ClusterFirstWithHostNet\""),
        ("dns_config", "[runners.kubernetes.dns_config]\nnameservers = [\"1.2.3.4\"]\noptions = [{ name = \"ndots\", value = \"2\" }]", "spec.dnsConfig",
            """{"nameservers":["1.2.3.4"],"options":[{"name":"ndots","value":"2"}]}"""),
        ("container_lifecycle", "[runners.kubernetes.container_lifecycle.pre_stop.http_get]\nport = 80\npath = \"/bye\"", Build + "lifecycle", """{"preStop":{"httpGet":{"path":"/bye","port":80}}}"""),
        ("priority_class_name", "priority_class_name = \"low\"", "spec.priorityClassName", "\"low\""),
        ("pod_spec", "[[runners.kubernetes.pod_spec]]\nname = \"x\"\npatch = \"hostname: test\"", "spec.hostname", "\"test\""),
    ];

    /// <summary>Keys whose effect is not in the pod, and the tests that show it.</summary>
    private static readonly string[] Elsewhere =
    [
        // ClusterTroubleTests, KubernetesJobTests, ClusterSearchTests
        "host", "context", "cert_file", "key_file", "ca_file", "bearer_token", "bearer_token_overwrite_allowed", "namespace", "namespace_per_job",
        "allowed_images", "allowed_services", "allowed_users", "allowed_groups", "pull_policy", "allowed_pull_policies", "poll_interval", "poll_timeout", "cleanup_grace_period_seconds",
        "cleanup_resources_timeout", "resource_availability_check_max_attempts", "retry_limit", "retry_limits", "retry_backoff_max", "print_pod_warning_events", "pod_disruption_budget",
    ];

    [Fact]
    public void Every_key_of_the_file_reaches_the_pod_or_is_named_as_one_without_effect()
    {
        var wrong = new List<string>();
        foreach (var (key, toml, path, json) in Cases)
        {
            var actual = At(Make(toml), path)?.ToJsonString() ?? "null";
            var expected = JsonNode.Parse(json)?.ToJsonString() ?? "null";
            if (actual != expected)
            {
                wrong.Add($"{key}: {actual} instead of {expected}");
            }
        }

        Assert.Empty(wrong);
        var known = KubernetesShape.Kubernetes.Keys.Select(key => key.Name).ToList();
        var without = Read(
            "helper_image = \"x\"\nhelper_image_flavor = \"x\"\nhelper_image_autoset_arch_and_os = true\nscripts_base_dir = \"x\"\nsuspend_pvc_size = \"1Gi\"\nsuspend_pvc_storage_class = \"x\"\n"
            + string.Concat(known.Where(key => key.StartsWith("helper_", StringComparison.Ordinal) && (key.Contains("_limit", StringComparison.Ordinal) || key.Contains("_request", StringComparison.Ordinal))).Select(key => $"{key} = \"1\"\n"))
            + "[runners.kubernetes.helper_container_security_context]\nprivileged = true\n[runners.kubernetes.init_permissions_container_security_context]\nrun_as_user = 0\n[runners.kubernetes.autoscaler]\nmax_pause_pods = 1\n").WithoutEffect.Select(pair => pair.Key);
        var overwrites = known.Where(key => key.EndsWith("_overwrite_allowed", StringComparison.Ordinal) || (key.EndsWith("_overwrite_max_allowed", StringComparison.Ordinal) && !key.StartsWith("helper_", StringComparison.Ordinal)));
        Assert.Equal(known.Order(StringComparer.Ordinal), Cases.Select(one => one.Key).Concat(Elsewhere).Concat(without).Concat(overwrites).Distinct().Order(StringComparer.Ordinal));
        TestContext.Current.TestOutputHelper!.WriteLine($"conformance: kubernetes keys {known.Count}");
    }

    [Fact]
    public void The_pod_of_a_plain_job_is_the_official_one_without_a_helper()
    {
        var pod = Make("");

        Assert.Equal("v1 Pod", $"{pod["apiVersion"]} {pod["kind"]}");
        Assert.Matches("^runner-abcdefghi-project-7-concurrent-0-[a-z0-9]{8}$", pod["metadata"]!["name"]!.ToString());
        Assert.Equal("runner-abcdefghi-project-7-concurrent-0", At(pod, "metadata.labels.pod")!.ToString());
        Assert.Equal("7", pod["metadata"]!["labels"]!["project.runner.gitlab.com/id"]!.ToString());
        Assert.Equal("https://gitlab.example.com/group/project/-/jobs/42", pod["metadata"]!["annotations"]!["job.runner.gitlab.com/url"]!.ToString());
        Assert.Equal("1h0m0s", pod["metadata"]!["annotations"]!["job.runner.gitlab.com/timeout"]!.ToString());
        var spec = pod["spec"]!.AsObject();
        Assert.Equal(["volumes", "restartPolicy", "containers", "activeDeadlineSeconds", "hostAliases"], spec.Select(pair => pair.Key));
        Assert.Equal("""[{"name":"repo","emptyDir":{}},{"name":"logs","emptyDir":{}}]""", spec["volumes"]!.ToJsonString());
        Assert.Equal("Never 3601", $"{spec["restartPolicy"]} {spec["activeDeadlineSeconds"]}");
        Assert.Equal(["build", "cache"], spec["containers"]!.AsArray().Select(container => container!["name"]!.ToString()));
        var build = spec["containers"]![0]!.AsObject();
        Assert.Equal(["name", "image", "command", "env", "volumeMounts", "securityContext", "stdin"], build.Select(pair => pair.Key));
        Assert.Contains("""{"name":"PUBLIC","value":"a$$b"}""", build["env"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", pod.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entrypoint_is_kept_where_the_flag_asks_for_it()
    {
        var build = Make("", payload => payload with
        {
            Image = new JobImage { Name = "alpine", Entrypoint = ["/entry"] },
            Variables = [.. payload.Variables, new JobVariable { Key = "FF_KUBERNETES_HONOR_ENTRYPOINT", Value = "true", Public = true }],
        })["spec"]!["containers"]![0]!;

        Assert.Equal("""["/entry"]""", build["command"]!.ToJsonString());
        Assert.StartsWith("""["sh","-c",": """, build["args"]!.ToJsonString().Replace("\\u003E", ">", StringComparison.Ordinal).Replace(": >", ": ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("test -f /builds/.gitlab-startup-marker", build["startupProbe"]!["exec"]!["command"]![2]!.ToString());
    }

    [Fact]
    public void Mistakes_in_settings_are_all_found()
    {
        var problems = Read(
            "cpu_limit = \"much\"\npull_policy = \"sometimes\"\ndns_policy = \"x\"\nnamespace_overwrite_allowed = \"(\"\nallowed_users = [\"root\"]\ncert_file = \"c\"\n"
            + "[runners.kubernetes.pod_security_context]\nseccomp_profile = { type = \"Localhost\" }\n[[runners.kubernetes.pod_spec]]\nname = \"p\"\npatch = \"{{\"\n").Problems();

        Assert.Equal(
            ["allowed_users", "cert_file", "cpu_limit", "dns_policy", "namespace_overwrite_allowed", "pod_security_context.seccomp_profile", "pod_spec \"p\"", "pull_policy"],
            problems.Select(problem => problem.Key).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("strategic", """{"containers":[{"name":"build","resources":{"limits":{"cpu":"2"}}},{"name":"extra","image":"x"}],"a":null,"b":{"$patch":"replace","z":1}}""",
        """{"containers":[{"name":"extra","image":"x"},{"name":"build","image":"i","resources":{"limits":{"cpu":"2"}}}],"b":{"z":1}}""")]
    [InlineData("strategic", """{"containers":[{"$patch":"delete","name":"build"}],"tolerations":[{"key":"t"}]}""", """{"containers":[],"a":1,"b":{"c":2},"tolerations":[{"key":"t"}]}""")]
    [InlineData("merge", """{"a":null,"b":{"d":3},"containers":[]}""", """{"b":{"c":2,"d":3},"containers":[]}""")]
    [InlineData("json", """[{"op":"add","path":"/containers/0/env","value":[]},{"op":"move","from":"/a","path":"/b/a~1b"},{"op":"test","path":"/b/c","value":2},{"op":"remove","path":"/b/c"}]""",
        """{"containers":[{"name":"build","image":"i","env":[]}],"b":{"a/b":1}}""")]
    public void Patches_of_the_specification_are_applied_as_kubernetes_does(string type, string patch, string expected)
    {
        var spec = JsonNode.Parse("""{"containers":[{"name":"build","image":"i"}],"a":1,"b":{"c":2}}""")!.AsObject();
        var actual = new PodSpecPatch { Name = "p", PatchType = type, Patch = patch }.Apply(spec);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
    }

    [Theory]
    [InlineData("json", """[{"op":"remove","path":"/nothing"}]""", "pod_spec \"p\": operation 1: there is nothing at /nothing")]
    [InlineData("strategic", """{"$setElementOrder/containers":[]}""", "pod_spec \"p\": the directive $setElementOrder/containers is not supported: use $patch, or a patch of type json")]
    [InlineData("other", "{}", "pod_spec \"p\": unsupported patch type other: use strategic, merge or json")]
    public void A_patch_that_cannot_be_applied_is_refused_by_name(string type, string patch, string message) =>
        Assert.Equal(message, Assert.Throws<EnvironmentException>(() => new PodSpecPatch { Name = "p", PatchType = type, Patch = patch }.Apply([])).Message);

    private static KubernetesSettings Read(string toml)
    {
        var document = ConfigReader.Parse("[[runners]]\nexecutor = \"kubernetes\"\n[runners.kubernetes]\n" + toml, "config.toml");
        Assert.Empty(document.UnknownKeys);
        return KubernetesSettingsReader.Read(document.Table.Tables("runners")[0].TableOrEmpty("kubernetes"));
    }

    private static JsonObject Make(string toml, Func<JobPayload, JobPayload>? change = null)
    {
        using var bench = new ShellBench();
        bench.Payload = (change ?? (payload => payload))(bench.Payload with
        {
            Variables =
            [
                new JobVariable { Key = "PUBLIC", Value = "a$b", Public = true, Raw = true }, new JobVariable { Key = "SECRET", Value = "hidden", Masked = true },
                new JobVariable { Key = "FF_USE_ADVANCED_POD_SPEC_CONFIGURATION", Value = "true" }, new JobVariable { Key = "CI_JOB_ID", Value = "42" },
            ],
            Services = [new JobImage { Name = "redis", Alias = "cache" }],
        });
        var settings = Read(toml);
        var plan = bench.Request(KubernetesExecutor.KindTraits).Plan;
        var overwrites = Overwrites.Of(settings, plan.Variables, _ => { });
        var surroundings = new KubernetesSurroundings { StateFolder = "" };
        return new PodRecipe
        {
            Plan = plan,
            Settings = settings,
            Overwrites = overwrites,
            Name = PodLabels.NewName(plan.UniqueName),
            Image = settings.Image.Length > 0 ? settings.Image : "busybox",
            Services = PodService.Collect(settings, plan, _ => { }),
            Labels = PodLabels.Labels(plan, surroundings, overwrites.PodLabels, _ => { }),
            Policies = new Dictionary<string, string>(),
            Warn = _ => { },
        }.Make();
    }

    private static JsonNode? At(JsonNode? node, string path)
    {
        foreach (var part in path.Split('.'))
        {
            node = node is JsonArray list ? (int.TryParse(part, out var index) && index < list.Count ? list[index] : null) : node?[part];
        }

        return node;
    }
}
