using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary>A security context of the pod or of one kind of container. Null: unset, which is not the same as false or 0.</summary>
public sealed record SecurityContext
{
    public IReadOnlyList<string>? CapAdd { get; init; }
    public IReadOnlyList<string>? CapDrop { get; init; }
    public bool? Privileged { get; init; }
    public bool? AllowPrivilegeEscalation { get; init; }
    public bool? ReadOnlyRootFilesystem { get; init; }
    public bool? RunAsNonRoot { get; init; }
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public string SelinuxType { get; init; } = "";
    public string ProcMount { get; init; } = "";
    public SecurityProfile? Seccomp { get; init; }
    public SecurityProfile? AppArmor { get; init; }

    /// <summary>Of the pod only.</summary>
    public long? FsGroup { get; init; }

    /// <summary>Of the pod only.</summary>
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];

    /// <summary>The pod's; null when nothing is set.</summary>
    internal JsonObject? ToPod()
    {
        var json = new JsonObject()
            .Put("fsGroup", FsGroup).Put("runAsUser", RunAsUser).Put("runAsGroup", RunAsGroup).Put("runAsNonRoot", RunAsNonRoot)
            .Put("supplementalGroups", SupplementalGroups.Count == 0 ? null : new JsonArray([.. SupplementalGroups.Select(group => (JsonNode)JsonValue.Create(group))]));
        PutLabels(json);
        return json.Count > 0 ? json : null;
    }

    /// <summary>A container's; null when nothing is set.</summary>
    /// <param name="settings">What holds where the context says nothing.</param>
    /// <param name="user">Who the container runs as.</param>
    internal JsonObject? ToContainer(KubernetesSettings settings, ContainerUser user)
    {
        var json = new JsonObject()
            .Put("capabilities", Capabilities.Of(settings, this))
            .Put("privileged", Privileged ?? settings.Privileged)
            .Put("allowPrivilegeEscalation", AllowPrivilegeEscalation ?? settings.AllowPrivilegeEscalation)
            .Put("readOnlyRootFilesystem", ReadOnlyRootFilesystem).Put("runAsNonRoot", RunAsNonRoot)
            .Put("runAsUser", user.Uid).Put("runAsGroup", user.Gid)
            .PutText("procMount", ProcMount.Trim().ToLowerInvariant() switch { "default" => "Default", "unmasked" => "Unmasked", _ => "" });
        PutLabels(json);
        return json.Count > 0 ? json : null;
    }

    private void PutLabels(JsonObject json) => json
        .Put("seLinuxOptions", SelinuxType.Length > 0 ? new JsonObject { ["type"] = SelinuxType } : null)
        .Put("seccompProfile", Seccomp?.ToJson()).Put("appArmorProfile", AppArmor?.ToJson());
}

/// <summary><c>seccomp_profile</c>, <c>app_armor_profile</c>.</summary>
/// <param name="Type"><c>RuntimeDefault</c>, <c>Localhost</c>, <c>Unconfined</c>; empty: none.</param>
/// <param name="LocalhostProfile">Needed with <c>Localhost</c>.</param>
public sealed record SecurityProfile(string Type, string LocalhostProfile)
{
    /// <summary>Null when it cannot be meant.</summary>
    public string? Problem => Type switch
    {
        "" or "RuntimeDefault" or "Unconfined" => null,
        "Localhost" when LocalhostProfile.Length > 0 => null,
        "Localhost" => "type = \"Localhost\" needs localhost_profile",
        _ => $"type \"{Type}\" is not known: use RuntimeDefault, Localhost or Unconfined",
    };

    internal JsonObject? ToJson() => Type.Length == 0 || Problem is not null ? null
        : new JsonObject { ["type"] = Type }.PutText("localhostProfile", Type == "Localhost" ? LocalhostProfile : "");
}
