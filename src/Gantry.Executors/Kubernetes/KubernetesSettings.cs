using System.Text.Json.Nodes;
using Gantry.Engine;
using Gantry.Executors.Images;
using Gantry.Executors.Kubernetes.Settings;

namespace Gantry.Executors.Kubernetes;

/// <summary><c>[runners.kubernetes]</c> (official-cli-config §2.5.12). Texts are read further by the executor.</summary>
public sealed record KubernetesSettings
{
    public string Host { get; init; } = "";
    public string Context { get; init; } = "";
    public string CertFile { get; init; } = "";
    public string KeyFile { get; init; } = "";
    public string CaFile { get; init; } = "";
    public Secret BearerToken { get; init; }
    public bool BearerTokenOverwriteAllowed { get; init; }

    public string Image { get; init; } = "";
    public string Namespace { get; init; } = "";
    public string NamespaceOverwriteAllowed { get; init; } = "";
    public bool NamespacePerJob { get; init; }
    public string ServiceAccount { get; init; } = "";
    public string ServiceAccountOverwriteAllowed { get; init; } = "";
    public bool? AutomountServiceAccountToken { get; init; }

    public bool? Privileged { get; init; }
    public bool? AllowPrivilegeEscalation { get; init; }
    public string? RuntimeClassName { get; init; }

    /// <summary>Quantities by key: <c>cpu_limit</c>, <c>service_memory_request_overwrite_max_allowed</c>, …; only those that are set.</summary>
    public IReadOnlyDictionary<string, string> Resources { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> AllowedImages { get; init; } = [];
    public IReadOnlyList<string> AllowedServices { get; init; } = [];
    public IReadOnlyList<string> AllowedPullPolicies { get; init; } = [];
    public IReadOnlyList<string> AllowedUsers { get; init; } = [];
    public IReadOnlyList<string> AllowedGroups { get; init; } = [];
    public IReadOnlyList<string> PullPolicy { get; init; } = [];
    public IReadOnlyList<string> ImagePullSecrets { get; init; } = [];
    public bool UseServiceAccountImagePullSecrets { get; init; }

    public IReadOnlyDictionary<string, string> NodeSelector { get; init; } = new Dictionary<string, string>();
    public string NodeSelectorOverwriteAllowed { get; init; } = "";

    /// <summary><c>key[=value]</c> → effect.</summary>
    public IReadOnlyDictionary<string, string> NodeTolerations { get; init; } = new Dictionary<string, string>();

    public string NodeTolerationsOverwriteAllowed { get; init; } = "";
    public IReadOnlyDictionary<string, string> PodLabels { get; init; } = new Dictionary<string, string>();
    public string PodLabelsOverwriteAllowed { get; init; } = "";
    public IReadOnlyDictionary<string, string> PodAnnotations { get; init; } = new Dictionary<string, string>();
    public string PodAnnotationsOverwriteAllowed { get; init; } = "";

    public string SchedulerName { get; init; } = "";
    public string PriorityClassName { get; init; } = "";
    public string DnsPolicy { get; init; } = "";

    /// <summary>As the pod has it; null: unset. Never changed, only copied; the same holds for the others of this type.</summary>
    public JsonObject? DnsConfig { get; init; }

    public JsonObject? Affinity { get; init; }
    public JsonObject? ContainerLifecycle { get; init; }
    public IReadOnlyList<HostAlias> HostAliases { get; init; } = [];

    public long? PodTerminationGracePeriodSeconds { get; init; }
    public long? CleanupGracePeriodSeconds { get; init; }
    public TimeSpan? CleanupResourcesTimeout { get; init; }
    public long PollInterval { get; init; }
    public long PollTimeout { get; init; }
    public long ResourceAvailabilityCheckMaxAttempts { get; init; }
    public long RetryLimit { get; init; }
    public long RetryBackoffMax { get; init; }
    public IReadOnlyDictionary<string, long> RetryLimits { get; init; } = new Dictionary<string, long>();
    public bool PrintPodWarningEvents { get; init; } = true;
    public bool PodDisruptionBudget { get; init; }

    public IReadOnlyList<string> CapAdd { get; init; } = [];
    public IReadOnlyList<string> CapDrop { get; init; } = [];
    public SecurityContext PodSecurityContext { get; init; } = new();
    public SecurityContext BuildSecurityContext { get; init; } = new();
    public SecurityContext ServiceSecurityContext { get; init; } = new();

    public string LogsBaseDir { get; init; } = "";
    public IReadOnlyList<PodVolume> Volumes { get; init; } = [];
    public IReadOnlyList<ServiceSettings> Services { get; init; } = [];
    public IReadOnlyList<PodSpecPatch> PodSpec { get; init; } = [];

    /// <summary>Keys that are set and belong to what this executor does not need or have, with the reason why they do nothing.</summary>
    public IReadOnlyList<(string Key, string Why)> WithoutEffect { get; init; } = [];

    /// <summary>The namespace of this runner's pods when a job says nothing about it.</summary>
    public string EffectiveNamespace => Namespace.Length > 0 ? Namespace : "default";

    public TimeSpan EffectivePollInterval => TimeSpan.FromSeconds(PollInterval > 0 ? PollInterval : 3);

    public TimeSpan EffectivePollTimeout => TimeSpan.FromSeconds(PollTimeout > 0 ? PollTimeout : 180);

    public TimeSpan EffectiveCleanupTimeout => CleanupResourcesTimeout is { } limit && limit > TimeSpan.Zero ? limit : TimeSpan.FromMinutes(5);

    /// <summary>Everything in the settings that no job could run with.</summary>
    public IReadOnlyList<KubernetesSettingProblem> Problems() => SettingsCheck.Run(this);
}

/// <param name="Key">Below <c>[runners.kubernetes]</c>.</param>
/// <param name="Message">What is wrong, and what was expected.</param>
public sealed record KubernetesSettingProblem(string Key, string Message);
