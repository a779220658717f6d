using Gantry.Coordinator.Artifacts;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>An uploaded file with what was said about it.</summary>
internal sealed record ArtifactForm(string FileName, ArtifactUpload Upload, IReadOnlyDictionary<string, string> Fields)
{
    /// <param name="name">As the client calls it.</param>
    /// <param name="upload">The bytes.</param>
    /// <param name="fields">Type, format, expiry.</param>
    public static ArtifactForm Of(string? name, ArtifactUpload upload, IReadOnlyDictionary<string, string> fields) => new(SafeName(name), upload, fields);

    public string Type => Field("artifact_type", "archive");

    public string Format => Field("artifact_format", "zip");

    public string? ExpireIn => Fields.GetValueOrDefault("expire_in");

    private string Field(string name, string otherwise) =>
        Fields.GetValueOrDefault(name) is { Length: > 0 and < 64 } value && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? value : otherwise;

    // Only a name: folders and control characters of a foreign system are not ours to keep.
    private static string SafeName(string? name)
    {
        var last = (name ?? "").Split('/', '\\')[^1];
        var clean = new string([.. last.Where(c => !char.IsControl(c))]);
        return clean.Length is 0 or > 255 || clean is "." or ".." ? "artifacts" : clean;
    }
}
