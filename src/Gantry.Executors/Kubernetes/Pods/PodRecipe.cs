using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Images;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Settings;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary>The pod of one job (official-executors §14.5, §14.6), without a helper: the build container and the services.</summary>
internal sealed record PodRecipe
{
    public const string BuildContainer = "build";

    /// <summary>Beside the checkout: there when the image's entrypoint has come to its command.</summary>
    private const string StartedMark = ".gitlab-startup-marker";

    private const string LogsVolume = "logs";

    private const string HonorEntrypoint = "FF_KUBERNETES_HONOR_ENTRYPOINT";

    public required JobPlan Plan { get; init; }
    public required KubernetesSettings Settings { get; init; }
    public required Overwrites Overwrites { get; init; }
    public required string Name { get; init; }
    public required string Image { get; init; }
    public required IReadOnlyList<PodService> Services { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Names of secrets with logins for registries, beside the configured ones.</summary>
    public IReadOnlyList<string> PullSecrets { get; init; } = [];

    /// <summary>By container: the policy that is tried now.</summary>
    public required IReadOnlyDictionary<string, string> Policies { get; init; }

    /// <summary>Told what of the job is not followed.</summary>
    public required Action<string> Warn { get; init; }

    private bool KeepsEntrypoint => Plan.Flags[HonorEntrypoint];

    /// <exception cref="EnvironmentException">Settings or wishes cannot be carried out.</exception>
    public JsonObject Make()
    {
        var spec = Spec();
        if (Plan.Flags["FF_USE_ADVANCED_POD_SPEC_CONFIGURATION"] && Settings.PodSpec.Count > 0)
        {
            Warn("Advanced Pod Spec configuration enabled, merging the provided PodSpec to the generated one. This is a beta feature and is subject to change.");
            foreach (var patch in Settings.PodSpec)
            {
                spec = patch.Apply(spec);
            }
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = Name,
                ["labels"] = Labels.ToJson(),
                ["annotations"] = PodLabels.Annotations(Plan, Overwrites.PodAnnotations).ToJson(),
            },
            ["spec"] = spec,
        };
    }

    /// <summary>Another volume than the pod's own is mounted on the builds folder: jobs share it.</summary>
    public static bool SharesBuilds(KubernetesSettings settings, string buildsFolder) =>
        settings.Volumes.Any(volume => GuestPath.Clean(volume.MountPath) == GuestPath.Clean(buildsFolder) && !volume.IsOfPod);

    /// <summary>Where what scripts print lies until the runner has it: a volume of the pod's own, in the build container (official-executors §14.6).</summary>
    public static string LogsFolder(JobPlan plan, KubernetesSettings settings) =>
        GuestPath.Join(settings.LogsBaseDir.Length > 0 ? settings.LogsBaseDir : "/", string.Create(CultureInfo.InvariantCulture, $"logs-{plan.Payload.JobInfo.ProjectId}-{plan.Payload.Id}"));

    private JsonObject Spec() => new JsonObject()
        .Put("volumes", Volumes())
        .PutText("schedulerName", Settings.SchedulerName)
        .PutText("serviceAccountName", Overwrites.ServiceAccount)
        .Put("automountServiceAccountToken", Settings.AutomountServiceAccountToken)
        .PutText("restartPolicy", "Never")
        .Put("nodeSelector", Overwrites.NodeSelector.Count > 0 ? Overwrites.NodeSelector.ToJson() : null)
        .Put("tolerations", Tolerations())
        .Put("containers", new JsonArray([Build(), .. Services.Select(service => (JsonNode)Service(service))]))
        .Put("terminationGracePeriodSeconds", Settings.PodTerminationGracePeriodSeconds)
        .Put("activeDeadlineSeconds", Plan.Flags["FF_USE_POD_ACTIVE_DEADLINE_SECONDS"] ? (long)Math.Ceiling(Plan.Timeout.TotalSeconds) + 1 : null)
        .Put("imagePullSecrets", Secrets())
        .Put("securityContext", Settings.PodSecurityContext.ToPod())
        .Put("hostAliases", HostAliases(Services, Settings.HostAliases))
        .Put("affinity", Settings.Affinity?.DeepClone())
        .PutText("dnsPolicy", Checked(() => SettingsCheck.DnsPolicyOf(Settings.DnsPolicy)))
        .Put("dnsConfig", Settings.DnsConfig?.DeepClone())
        .PutText("runtimeClassName", Settings.RuntimeClassName)
        .PutText("priorityClassName", Settings.PriorityClassName)
        .Put("resources", Overwrites.Pod.ToJson());

    /// <summary>Null when there are none.</summary>
    /// <exception cref="EnvironmentException">An alias is no host name.</exception>
    public static JsonArray? HostAliases(IReadOnlyList<PodService> services, IReadOnlyList<HostAlias> configured)
    {
        var names = services.SelectMany(service => service.HostNames()).Distinct().ToList();
        List<HostAlias> all = names.Count > 0 ? [new HostAlias("127.0.0.1", names), .. configured] : [.. configured];
        return all.Count == 0 ? null
            : new JsonArray([.. all.Select(alias => (JsonNode)new JsonObject { ["ip"] = alias.Ip, ["hostnames"] = alias.Hostnames.ToJson() })]);
    }

    /// <summary>The cluster would replace <c>$(NAME)</c>.</summary>
    public static string EnvironmentValue(string value) => value.Replace("$", "$$", StringComparison.Ordinal);

    private JsonObject Build()
    {
        var container = new JsonObject { ["name"] = BuildContainer, ["image"] = Image }.PutText("imagePullPolicy", Policies.GetValueOrDefault(BuildContainer));
        var mark = GuestPath.Join(Plan.Folders.Builds, StartedMark);
        var idle = ContainerCommand.Idle(KeepsEntrypoint ? mark : null);
        if (KeepsEntrypoint)
        {
            if (Plan.Payload.Image?.Entrypoint is { Count: > 0 } entrypoint)
            {
                container.Put("command", entrypoint.ToJson());
            }

            container.Put("args", idle.ToJson()).Put("startupProbe", new JsonObject
            {
                ["exec"] = new JsonObject { ["command"] = new[] { "sh", "-c", $"test -f {mark}" }.ToJson() },
                ["initialDelaySeconds"] = 1,
                ["periodSeconds"] = (long)Settings.EffectivePollInterval.TotalSeconds,
                ["failureThreshold"] = (long)Math.Max(1, Settings.EffectivePollTimeout / Settings.EffectivePollInterval),
            });
        }
        else
        {
            container.Put("command", idle.ToJson());
        }

        var variables = Plan.Variables.All.Where(variable => variable.Public || variable.Internal);
        var build = Finish(container, Overwrites.Build, (Settings.BuildSecurityContext, ImageUser.Of(Plan.Payload.Image, Plan.Variables.ExpandValue)), [.. variables]);
        build["volumeMounts"]!.AsArray().Add((JsonNode)new JsonObject { ["name"] = LogsVolume, ["mountPath"] = LogsFolder(Plan, Settings) });
        return build;
    }

    private JsonObject Service(PodService service)
    {
        var container = new JsonObject { ["name"] = service.Container, ["image"] = service.Image }
            .PutText("imagePullPolicy", Policies.GetValueOrDefault(service.Container))
            .Put("command", service.Entrypoint.Count > 0 ? service.Entrypoint.ToJson() : null)
            .Put("args", service.Command.Count > 0 ? service.Command.ToJson() : null)
            .Put("ports", service.Ports.Count == 0 ? null : new JsonArray([.. service.Ports.Select(port => (JsonNode)new JsonObject { ["containerPort"] = port.Number }.PutText("name", port.Name))]));
        return Finish(container, Overwrites.ForService(Settings, service.Own, _ => { }), (Settings.ServiceSecurityContext, service.User), service.Variables);
    }

    private JsonObject Finish(JsonObject container, ResourceSet resources, (SecurityContext Context, string User) security, IReadOnlyList<JobVariable> variables)
    {
        var user = ContainerUser.Of(container.Text("name"), security.User, security.Context, Settings, Warn);
        var all = Plan.Variables;
        var environment = new JobVariables(variables).Distinct().All.Select(variable => (JsonNode)new JsonObject
        {
            ["name"] = variable.Key,
            ["value"] = EnvironmentValue(variable.File ? GuestPath.Join(all.Content(JobVariables.TemporaryFolderKey) ?? "", variable.Key) : variable.Value),
        });
        return container
            .Put("env", new JsonArray([.. environment]))
            .Put("resources", resources.ToJson())
            .Put("volumeMounts", Mounts())
            .Put("securityContext", security.Context.ToContainer(Settings, user))
            .Put("lifecycle", Settings.ContainerLifecycle?.DeepClone())
            .Put("stdin", true);
    }

    private JsonArray Volumes()
    {
        var volumes = new JsonArray();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var volume in Settings.Volumes)
        {
            // One claim may be mounted in several places.
            if (known.Add(NameOf(volume)))
            {
                volumes.Add((JsonNode)volume.ToVolume(NameOf(volume)));
            }
        }

        if (HasOwnBuilds)
        {
            volumes.Add((JsonNode)new JsonObject { ["name"] = "repo", ["emptyDir"] = new JsonObject() });
        }

        volumes.Add((JsonNode)new JsonObject { ["name"] = LogsVolume, ["emptyDir"] = new JsonObject() });
        return volumes;
    }

    private JsonArray Mounts()
    {
        var mounts = new JsonArray();
        foreach (var volume in Settings.Volumes)
        {
            mounts.Add((JsonNode)volume.ToMount(NameOf(volume), Plan.Variables.ExpandValue));
        }

        if (HasOwnBuilds)
        {
            mounts.Add((JsonNode)new JsonObject { ["name"] = "repo", ["mountPath"] = Plan.Folders.Builds });
        }

        return mounts;
    }

    private bool HasOwnBuilds => !Settings.Volumes.Any(volume => GuestPath.Clean(volume.MountPath) == GuestPath.Clean(Plan.Folders.Builds));

    private string NameOf(PodVolume volume) => Plan.Variables.ExpandValue(volume.Name);

    private JsonArray? Secrets()
    {
        var names = Settings.UseServiceAccountImagePullSecrets ? [] : Settings.ImagePullSecrets.Concat(PullSecrets).ToList();
        return names.Count == 0 ? null : new JsonArray([.. names.Select(name => (JsonNode)new JsonObject { ["name"] = name })]);
    }

    private JsonArray? Tolerations() => Overwrites.NodeTolerations.Count == 0 ? null : new JsonArray([.. Overwrites.NodeTolerations.Select(Toleration)]);

    private static JsonNode Toleration(KeyValuePair<string, string> entry)
    {
        var split = entry.Key.IndexOf('=', StringComparison.Ordinal);
        var json = new JsonObject().PutText("key", split < 0 ? entry.Key : entry.Key[..split]);
        json["operator"] = split < 0 ? "Exists" : "Equal";
        return json.PutText("value", split < 0 ? "" : entry.Key[(split + 1)..]).PutText("effect", entry.Value);
    }

    private static string? Checked(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured(e.Message);
        }
    }
}
