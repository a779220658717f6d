using System.Text.Json;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary><c>image:kubernetes:user</c> and <c>services:kubernetes:user</c> of a job.</summary>
internal static class ImageUser
{
    /// <summary>Expanded; empty when not given.</summary>
    public static string Of(JobImage? image, Func<string, string> expand) =>
        image?.ExecutorOpts is { ValueKind: JsonValueKind.Object } options
            && options.TryGetProperty("kubernetes", out var kubernetes) && kubernetes.ValueKind == JsonValueKind.Object
            && kubernetes.TryGetProperty("user", out var user)
            ? expand(user.ValueKind == JsonValueKind.String ? user.GetString() ?? "" : user.ValueKind == JsonValueKind.Number ? user.GetRawText() : "")
            : "";
}
