using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary>One table below <c>[runners.kubernetes.volumes]</c>.</summary>
public sealed record PodVolume
{
    /// <summary>The array it stands in: <c>host_path</c>, <c>pvc</c>, <c>config_map</c>, <c>secret</c>, <c>empty_dir</c>, <c>csi</c>, <c>nfs</c>.</summary>
    public required string Kind { get; init; }

    public string Name { get; init; } = "";
    public string MountPath { get; init; } = "";
    public string SubPath { get; init; } = "";
    public bool ReadOnly { get; init; }
    public string MountPropagation { get; init; } = "";
    public string HostPath { get; init; } = "";

    /// <summary>Key → path, of config maps and secrets.</summary>
    public IReadOnlyDictionary<string, string> Items { get; init; } = new Dictionary<string, string>();

    public string Medium { get; init; } = "";
    public string SizeLimit { get; init; } = "";
    public string Driver { get; init; } = "";
    public string FsType { get; init; } = "";
    public IReadOnlyDictionary<string, string> VolumeAttributes { get; init; } = new Dictionary<string, string>();
    public string Server { get; init; } = "";
    public string Path { get; init; } = "";

    /// <summary>Its content is the pod's alone.</summary>
    public bool IsOfPod => Kind == "empty_dir";

    /// <summary>The entry of the pod's list of volumes.</summary>
    /// <param name="name">Its name there, expanded.</param>
    internal JsonObject ToVolume(string name)
    {
        var (kind, source) = Kind switch
        {
            "host_path" => ("hostPath", new JsonObject().PutText("path", HostPath.Length > 0 ? HostPath : MountPath)),
            "pvc" => ("persistentVolumeClaim", new JsonObject { ["claimName"] = name }.Put("readOnly", ReadOnly ? true : null)),
            "config_map" => ("configMap", new JsonObject { ["name"] = name }.Put("items", ItemList())),
            "secret" => ("secret", new JsonObject { ["secretName"] = name }.Put("items", ItemList())),
            "csi" => ("csi", new JsonObject { ["driver"] = Driver }.PutText("fsType", FsType).Put("readOnly", ReadOnly)
                .Put("volumeAttributes", VolumeAttributes.Count > 0 ? VolumeAttributes.ToJson() : null)),
            "nfs" => ("nfs", new JsonObject { ["server"] = Server, ["path"] = Path }.Put("readOnly", ReadOnly ? true : null)),
            _ => ("emptyDir", new JsonObject().PutText("medium", Medium).PutText("sizeLimit", SizeLimit)),
        };
        return new JsonObject { ["name"] = name, [kind] = source };
    }

    /// <summary>Where every container has it.</summary>
    /// <param name="name">That of the volume.</param>
    /// <param name="expand">Replaces job variables.</param>
    internal JsonObject ToMount(string name, Func<string, string> expand) =>
        new JsonObject { ["name"] = name, ["mountPath"] = expand(MountPath) }
            .PutText("subPath", expand(SubPath)).Put("readOnly", ReadOnly ? true : null).PutText("mountPropagation", MountPropagation);

    private JsonArray? ItemList() => Items.Count == 0 ? null
        : new JsonArray([.. Items.Select(item => (JsonNode)new JsonObject { ["key"] = item.Key, ["path"] = item.Value })]);
}
