using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Settings;

namespace Gantry.Runner.Configuration;

/// <summary>Tables inside <c>[runners.kubernetes]</c>.</summary>
internal static class KubernetesTables
{
    private static readonly string[] VolumeKinds = ["host_path", "pvc", "secret", "config_map", "empty_dir", "csi", "nfs"];

    /// <summary>A table whose keys are those of the API in another spelling, as the API has it; null when nothing is set.</summary>
    public static JsonObject? Json(ConfigTable? table)
    {
        var json = new JsonObject();
        foreach (var key in table?.Shape.Keys ?? [])
        {
            if (Value(table!, key) is { } value)
            {
                json[ApiName(key.Name)] = value;
            }
        }

        return json.Count > 0 ? json : null;
    }

    public static SecurityContext Pod(ConfigTable table) => Profiles(new SecurityContext
    {
        FsGroup = table.OptionalNumber("fs_group"),
        RunAsGroup = table.OptionalNumber("run_as_group"),
        RunAsNonRoot = table.OptionalBoolean("run_as_non_root"),
        RunAsUser = table.OptionalNumber("run_as_user"),
        SupplementalGroups = table.NumberList("supplemental_groups"),
    }, table);

    public static SecurityContext Container(ConfigTable table) => Profiles(new SecurityContext
    {
        CapAdd = table.TableOrEmpty("capabilities").TextList("add"),
        CapDrop = table.TableOrEmpty("capabilities").TextList("drop"),
        Privileged = table.OptionalBoolean("privileged"),
        RunAsUser = table.OptionalNumber("run_as_user"),
        RunAsGroup = table.OptionalNumber("run_as_group"),
        RunAsNonRoot = table.OptionalBoolean("run_as_non_root"),
        ReadOnlyRootFilesystem = table.OptionalBoolean("read_only_root_filesystem"),
        AllowPrivilegeEscalation = table.OptionalBoolean("allow_privilege_escalation"),
        ProcMount = table.Text("proc_mount"),
    }, table);

    public static IReadOnlyList<PodVolume> Volumes(ConfigTable volumes) =>
        [.. VolumeKinds.SelectMany(kind => volumes.Tables(kind).Select(volume => Volume(kind, volume)))];

    /// <summary>The key, or one inside it, was given something.</summary>
    public static bool IsSet(ConfigTable table, string key) => table.Shape.Find(key) is { Kind: ConfigKind.Table }
        ? table.Table(key) is { } inner && inner.Shape.Keys.Any(one => IsSet(inner, one.Name))
        : table.Has(key) && Value(table, table.Shape.Find(key)!) is not null;

    private static PodVolume Volume(string kind, ConfigTable volume) => new()
    {
        Kind = kind,
        Name = volume.Text("name"),
        MountPath = volume.Text("mount_path"),
        SubPath = volume.Text("sub_path"),
        ReadOnly = volume.Boolean("read_only"),
        MountPropagation = Text(volume, "mount_propagation"),
        HostPath = Text(volume, "host_path"),
        Items = Map(volume, "items"),
        Medium = Text(volume, "medium"),
        SizeLimit = Text(volume, "size_limit"),
        Driver = Text(volume, "driver"),
        FsType = Text(volume, "fs_type"),
        VolumeAttributes = Map(volume, "volume_attributes"),
        Server = Text(volume, "server"),
        Path = Text(volume, "path"),
    };

    private static SecurityContext Profiles(SecurityContext context, ConfigTable table) => context with
    {
        SelinuxType = table.Text("selinux_type"),
        Seccomp = Profile(table.Table("seccomp_profile")),
        AppArmor = Profile(table.Table("app_armor_profile")),
    };

    private static SecurityProfile? Profile(ConfigTable? table) => table is null ? null : new SecurityProfile(table.Text("type"), table.Text("localhost_profile"));

    private static string Text(ConfigTable table, string key) => table.Shape.Find(key) is null ? "" : table.Text(key);

    private static IReadOnlyDictionary<string, string> Map(ConfigTable table, string key) =>
        table.Shape.Find(key) is null ? new Dictionary<string, string>() : table.TextMap(key);

    private static JsonNode? Value(ConfigTable table, ConfigKey key) => key.Kind switch
    {
        ConfigKind.Text or ConfigKind.OptionalText => table.Text(key.Name) is { Length: > 0 } text ? JsonValue.Create(text) : null,
        ConfigKind.Number or ConfigKind.OptionalNumber => table.OptionalNumber(key.Name) is { } number ? JsonValue.Create(number) : null,
        ConfigKind.Boolean => table.Boolean(key.Name) ? JsonValue.Create(true) : null,
        ConfigKind.OptionalBoolean => table.OptionalBoolean(key.Name) is { } flag ? JsonValue.Create(flag) : null,
        ConfigKind.TextList => table.TextList(key.Name) is { Count: > 0 } list ? new JsonArray([.. list.Select(item => (JsonNode?)JsonValue.Create(item))]) : null,
        ConfigKind.TextMap => table.TextMap(key.Name) is { Count: > 0 } map
            ? new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))) : null,
        ConfigKind.Table => Json(table.Table(key.Name)),
        ConfigKind.Tables => table.Tables(key.Name) is { Count: > 0 } tables ? new JsonArray([.. tables.Select(Json).Where(item => item is not null)]) : null,
        _ => throw new InvalidOperationException($"{key.Name}: a {key.Kind} has no form in the API"),
    };

    /// <summary><c>node_selector_terms</c> → <c>nodeSelectorTerms</c>.</summary>
    private static string ApiName(string key)
    {
        var parts = key.Split('_');
        return parts[0] + string.Concat(parts[1..].Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
    }
}
