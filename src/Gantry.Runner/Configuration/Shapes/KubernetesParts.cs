namespace Gantry.Runner.Configuration.Shapes;

/// <summary>The nested tables of <c>[runners.kubernetes]</c> that have no flags (official-cli-config §2.5.12.4–2.5.12.9).</summary>
internal static class KubernetesParts
{
    private static readonly ConfigShape Expression = new(
    [
        ConfigKey.Text("key"),
        ConfigKey.Text("operator"),
        ConfigKey.TextList("values"),
    ]);

    private static readonly ConfigShape NodeTerm = new(
    [
        ConfigKey.Tables("match_expressions", Expression),
        ConfigKey.Tables("match_fields", Expression),
    ]);

    private static readonly ConfigShape LabelSelector = new(
    [
        ConfigKey.TextMap("match_labels"),
        ConfigKey.Tables("match_expressions", Expression),
    ]);

    private static readonly ConfigShape PodTerm = new(
    [
        ConfigKey.Table("label_selector", LabelSelector),
        ConfigKey.TextList("namespaces"),
        ConfigKey.Text("topology_key"),
        ConfigKey.Table("namespace_selector", LabelSelector),
        ConfigKey.TextList("match_label_keys"),
        ConfigKey.TextList("mismatch_label_keys"),
    ]);

    private static readonly ConfigShape PodAffinity = new(
    [
        ConfigKey.Tables("required_during_scheduling_ignored_during_execution", PodTerm),
        ConfigKey.Tables("preferred_during_scheduling_ignored_during_execution", new(
        [
            ConfigKey.Number("weight"),
            ConfigKey.Table("pod_affinity_term", PodTerm),
        ])),
    ]);

    /// <summary><c>[runners.kubernetes.affinity]</c>.</summary>
    public static readonly ConfigShape Affinity = new(
    [
        ConfigKey.Table("node_affinity", new(
        [
            ConfigKey.Table("required_during_scheduling_ignored_during_execution", new([ConfigKey.Tables("node_selector_terms", NodeTerm)])),
            ConfigKey.Tables("preferred_during_scheduling_ignored_during_execution", new(
            [
                ConfigKey.Number("weight"),
                ConfigKey.Table("preference", NodeTerm),
            ])),
        ])),
        ConfigKey.Table("pod_affinity", PodAffinity),
        ConfigKey.Table("pod_anti_affinity", PodAffinity),
    ]);

    /// <summary><c>[[runners.kubernetes.volumes.nfs]]</c>.</summary>
    public static readonly ConfigShape Nfs = Volume([ConfigKey.Text("server"), ConfigKey.Text("path")], ["name", "mount_path", "server", "path"]);

    /// <summary><c>[runners.kubernetes.volumes]</c>.</summary>
    public static readonly ConfigShape Volumes = new(
    [
        ConfigKey.Tables("host_path", Volume([ConfigKey.Text("host_path"), ConfigKey.Text("mount_propagation")])),
        ConfigKey.Tables("pvc", Volume([ConfigKey.Text("mount_propagation")])),
        ConfigKey.Tables("config_map", Volume([ConfigKey.TextMap("items")])),
        ConfigKey.Tables("secret", Volume([ConfigKey.TextMap("items")])),
        ConfigKey.Tables("empty_dir", Volume([ConfigKey.Text("medium"), ConfigKey.Text("size_limit"), ConfigKey.Text("mount_propagation")])),
        ConfigKey.Tables("csi", Volume([ConfigKey.Text("driver"), ConfigKey.Text("fs_type"), ConfigKey.TextMap("volume_attributes")])),
        ConfigKey.Tables("nfs", Nfs),
    ]);

    /// <summary><c>[runners.kubernetes.dns_config]</c>.</summary>
    public static readonly ConfigShape DnsConfig = new(
    [
        ConfigKey.TextList("nameservers"),
        ConfigKey.Tables("options", new([ConfigKey.Text("name"), ConfigKey.OptionalText("value")])),
        ConfigKey.TextList("searches"),
    ]);

    private static readonly ConfigShape LifecycleHandler = new(
    [
        ConfigKey.Table("exec", new([ConfigKey.TextList("command")])),
        ConfigKey.Table("http_get", new(
        [
            ConfigKey.Text("host"),
            ConfigKey.Tables("http_headers", new([ConfigKey.Text("name"), ConfigKey.Text("value")])),
            ConfigKey.Text("path"),
            ConfigKey.Number("port"),
            ConfigKey.Text("scheme"),
        ])),
        ConfigKey.Table("tcp_socket", new([ConfigKey.Text("host"), ConfigKey.Number("port")])),
    ]);

    /// <summary><c>[runners.kubernetes.container_lifecycle]</c>.</summary>
    public static readonly ConfigShape ContainerLifecycle = new(
    [
        ConfigKey.Table("post_start", LifecycleHandler),
        ConfigKey.Table("pre_stop", LifecycleHandler),
    ]);

    /// <summary><c>[[runners.kubernetes.host_aliases]]</c>.</summary>
    public static readonly ConfigShape HostAlias = new([ConfigKey.Text("ip"), ConfigKey.TextList("hostnames")]);

    /// <summary><c>[[runners.kubernetes.pod_spec]]</c>.</summary>
    public static readonly ConfigShape PodSpec = new(
    [
        ConfigKey.Text("name"),
        ConfigKey.Text("patch_path"),
        ConfigKey.Text("patch"),
        ConfigKey.Text("patch_type"),
    ]);

    /// <summary><c>[runners.kubernetes.autoscaler]</c>: pause pods.</summary>
    public static readonly ConfigShape Autoscaler = new(
    [
        ConfigKey.Number("max_pause_pods").Written(),
        ConfigKey.Text("pause_pod_image"),
        ConfigKey.Text("pause_pod_priority_class_name"),
        ConfigKey.Tables("policy", AutoscalerShape.Policy),
        ConfigKey.TextList("pause_pod_image_pull_secrets"),
    ]);

    private static ConfigShape Volume(IReadOnlyList<ConfigKey> own, IReadOnlyList<string>? required = null) => new(
    [
        ConfigKey.Text("name").Written(),
        ConfigKey.Text("mount_path").Written(),
        ConfigKey.Text("sub_path"),
        ConfigKey.Boolean("read_only"),
        .. own,
    ])
    {
        Required = required,
    };
}
