using Gantry.Engine;
using Gantry.Executors.Kubernetes;
using Gantry.Executors.Kubernetes.Settings;

namespace Gantry.Runner.Configuration;

/// <summary>From <c>[runners.kubernetes]</c> to the kubernetes executor's settings. Texts are read further by that executor.</summary>
public static class KubernetesSettingsReader
{
    private const string NoHelper = "there is no helper container: the runner itself does what it is for";

    /// <summary>Keys of what this executor does without, with the reason.</summary>
    private static readonly (string Key, string Why)[] Needless =
    [
        ("helper_image", NoHelper),
        ("helper_image_flavor", NoHelper),
        ("helper_image_autoset_arch_and_os", NoHelper),
        ("helper_container_security_context", NoHelper),
        ("init_permissions_container_security_context", "no volume needs other permissions before a job"),
        ("scripts_base_dir", "scripts lie with the logs (`logs_base_dir`), and only until they begin"),
        ("suspend_pvc_size", "suspendable environments are not part of this version"),
        ("suspend_pvc_storage_class", "suspendable environments are not part of this version"),
        ("autoscaler", "pause pods are not part of this version"),
    ];

    private static readonly string[] Owners = ["", "service_", "helper_", "pod_"];
    private static readonly string[] Resources = ["cpu", "memory", "ephemeral_storage"];
    private static readonly string[] Sides = ["limit", "request"];
    private static readonly string[] Suffixes = ["", "_overwrite_max_allowed"];

    /// <param name="entry">Without the table, all keys are unset.</param>
    public static KubernetesSettings Read(RunnerEntry entry) => Read(entry.Table.TableOrEmpty("kubernetes"));

    internal static KubernetesSettings Read(ConfigTable table) => Pods(Containers(Lists(Overwrites(new KubernetesSettings
    {
        Host = table.Text("host"),
        Context = table.Text("context"),
        CertFile = table.Text("cert_file"),
        KeyFile = table.Text("key_file"),
        CaFile = table.Text("ca_file"),
        BearerToken = new Secret(table.Text("bearer_token")),
        Image = table.Text("image"),
        LogsBaseDir = table.Text("logs_base_dir"),
        Namespace = table.Text("namespace"),
        NamespacePerJob = table.Boolean("namespace_per_job"),
        ServiceAccount = table.Text("service_account"),
        AutomountServiceAccountToken = table.OptionalBoolean("automount_service_account_token"),
        PodTerminationGracePeriodSeconds = table.OptionalNumber("pod_termination_grace_period_seconds"),
        CleanupGracePeriodSeconds = table.OptionalNumber("cleanup_grace_period_seconds"),
        CleanupResourcesTimeout = table.Duration("cleanup_resources_timeout"),
        PollInterval = table.Number("poll_interval"),
        PollTimeout = table.Number("poll_timeout"),
        ResourceAvailabilityCheckMaxAttempts = table.Number("resource_availability_check_max_attempts"),
        RetryLimit = table.Number("retry_limit"),
        RetryBackoffMax = table.Number("retry_backoff_max"),
        RetryLimits = table.NumberMap("retry_limits"),
        PrintPodWarningEvents = table.OptionalBoolean("print_pod_warning_events") ?? true,
        PodDisruptionBudget = table.OptionalBoolean("pod_disruption_budget") ?? false,
        WithoutEffect = [.. Ignored(table)],
    }, table), table), table), table);

    private static KubernetesSettings Overwrites(KubernetesSettings settings, ConfigTable table) => settings with
    {
        BearerTokenOverwriteAllowed = table.Boolean("bearer_token_overwrite_allowed"),
        NamespaceOverwriteAllowed = table.Text("namespace_overwrite_allowed"),
        ServiceAccountOverwriteAllowed = table.Text("service_account_overwrite_allowed"),
        NodeSelectorOverwriteAllowed = table.Text("node_selector_overwrite_allowed"),
        NodeTolerationsOverwriteAllowed = table.Text("node_tolerations_overwrite_allowed"),
        PodLabelsOverwriteAllowed = table.Text("pod_labels_overwrite_allowed"),
        PodAnnotationsOverwriteAllowed = table.Text("pod_annotations_overwrite_allowed"),
        Resources = ResourceKeys().Where(key => table.Text(key).Length > 0).ToDictionary(key => key, table.Text),
    };

    private static KubernetesSettings Lists(KubernetesSettings settings, ConfigTable table) => settings with
    {
        AllowedImages = table.TextList("allowed_images"),
        AllowedServices = table.TextList("allowed_services"),
        AllowedPullPolicies = table.TextList("allowed_pull_policies"),
        AllowedUsers = table.TextList("allowed_users"),
        AllowedGroups = table.TextList("allowed_groups"),
        PullPolicy = table.TextList("pull_policy"),
        ImagePullSecrets = table.TextList("image_pull_secrets"),
        UseServiceAccountImagePullSecrets = table.Boolean("use_service_account_image_pull_secrets"),
        NodeSelector = table.TextMap("node_selector"),
        NodeTolerations = table.TextMap("node_tolerations"),
        PodLabels = table.TextMap("pod_labels"),
        PodAnnotations = table.TextMap("pod_annotations"),
        HostAliases = [.. table.Tables("host_aliases").Select(alias => new HostAlias(alias.Text("ip"), alias.TextList("hostnames")))],
        Services = ServiceSettingsReader.Read(table),
    };

    private static KubernetesSettings Containers(KubernetesSettings settings, ConfigTable table) => settings with
    {
        Privileged = table.OptionalBoolean("privileged"),
        AllowPrivilegeEscalation = table.OptionalBoolean("allow_privilege_escalation"),
        CapAdd = table.TextList("cap_add"),
        CapDrop = table.TextList("cap_drop"),
        PodSecurityContext = KubernetesTables.Pod(table.TableOrEmpty("pod_security_context")),
        BuildSecurityContext = KubernetesTables.Container(table.TableOrEmpty("build_container_security_context")),
        ServiceSecurityContext = KubernetesTables.Container(table.TableOrEmpty("service_container_security_context")),
        ContainerLifecycle = KubernetesTables.Json(table.Table("container_lifecycle")),
    };

    private static KubernetesSettings Pods(KubernetesSettings settings, ConfigTable table) => settings with
    {
        RuntimeClassName = table.OptionalText("runtime_class_name"),
        SchedulerName = table.Text("scheduler_name"),
        PriorityClassName = table.Text("priority_class_name"),
        DnsPolicy = table.Text("dns_policy"),
        DnsConfig = KubernetesTables.Json(table.Table("dns_config")),
        Affinity = KubernetesTables.Json(table.Table("affinity")),
        Volumes = KubernetesTables.Volumes(table.TableOrEmpty("volumes")),
        PodSpec =
        [
            .. table.Tables("pod_spec").Select(patch => new PodSpecPatch
            {
                Name = patch.Text("name"),
                Patch = patch.Text("patch"),
                PatchPath = patch.Text("patch_path"),
                PatchType = patch.Text("patch_type"),
            }),
        ],
    };

    private static IEnumerable<string> ResourceKeys() =>
        from owner in Owners
        from resource in Resources
        where owner != "pod_" || resource != "ephemeral_storage"
        from side in Sides
        from suffix in Suffixes
        select $"{owner}{resource}_{side}{suffix}";

    private static IEnumerable<(string Key, string Why)> Ignored(ConfigTable table) =>
        Needless.Concat(ResourceKeys().Where(key => key.StartsWith("helper_", StringComparison.Ordinal)).Select(key => (key, NoHelper)))
            .Where(pair => KubernetesTables.IsSet(table, pair.Item1))
            .Concat(table.Tables("services").Any(service => service.Text("suspend_data_path").Length > 0)
                ? [("services.suspend_data_path", "suspendable environments are not part of this version")] : []);
}
