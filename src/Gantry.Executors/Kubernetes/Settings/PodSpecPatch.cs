using System.Text.Json.Nodes;
using Gantry.Engine.Executors;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary><c>[[runners.kubernetes.pod_spec]]</c>: a change of the pod's specification by the operator.</summary>
public sealed record PodSpecPatch
{
    public string Name { get; init; } = "";

    /// <summary>YAML or JSON.</summary>
    public string Patch { get; init; } = "";

    /// <summary>A file with it.</summary>
    public string PatchPath { get; init; } = "";

    /// <summary><c>strategic</c> (also when empty), <c>merge</c>, <c>json</c>.</summary>
    public string PatchType { get; init; } = "";

    internal string EffectiveType => PatchType.Length == 0 ? "strategic" : PatchType;

    /// <summary>Everything that can be said without a pod and without the file.</summary>
    /// <exception cref="FormatException">It cannot be used.</exception>
    internal JsonNode? CheckForm()
    {
        CheckType();
        return Patch.Length > 0 ? Read(Patch) : null;
    }

    /// <exception cref="FormatException">It cannot be used.</exception>
    internal JsonNode Content()
    {
        CheckType();
        try
        {
            return Read(PatchPath.Length > 0 ? File.ReadAllText(PatchPath) : Patch);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"patch_path cannot be read: {e.Message}", e);
        }
    }

    /// <param name="spec">Stays as it is.</param>
    /// <exception cref="EnvironmentException">It cannot be applied.</exception>
    internal JsonObject Apply(JsonObject spec)
    {
        try
        {
            var patch = Content();
            JsonNode? changed = EffectiveType switch
            {
                "json" => JsonPatch.Apply(spec, patch),
                "merge" => MergePatch.Apply(spec.DeepClone(), patch),
                _ => StrategicPatch.Apply(spec, patch),
            };
            return changed as JsonObject ?? throw new FormatException("nothing is left of the specification");
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured($"pod_spec \"{Name}\": {e.Message}");
        }
    }

    private void CheckType()
    {
        if (Patch.Length > 0 && PatchPath.Length > 0)
        {
            throw new FormatException("ambiguous patch: both patch path and patch provided");
        }

        if (EffectiveType is not ("strategic" or "merge" or "json"))
        {
            throw new FormatException($"unsupported patch type {PatchType}: use strategic, merge or json");
        }
    }

    private static JsonNode Read(string text)
    {
        try
        {
            return YamlText.Parse(text) switch
            {
                JsonNode node and (JsonObject or JsonArray) => node,
                _ => throw new FormatException("it is neither a map nor a list"),
            };
        }
        catch (FormatException e)
        {
            throw new FormatException($"converting patch to json: {e.Message}", e);
        }
    }
}
