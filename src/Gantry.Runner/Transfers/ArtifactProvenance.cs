using System.Security.Cryptography;
using System.Text.Json;
using Gantry.Engine.Archives;

namespace Gantry.Runner.Transfers;

/// <summary>What a provenance document says about its job (official-job-protocol §7.5).</summary>
public sealed record ProvenanceRequest
{
    public required string RunnerId { get; init; }
    public required string RepositoryUrl { get; init; }

    /// <summary>The commit.</summary>
    public required string RepositoryDigest { get; init; }

    public required string JobName { get; init; }
    public required string ExecutorName { get; init; }
    public required string RunnerName { get; init; }

    /// <summary>Names of variables; their values are nobody's business.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>RFC 3339.</summary>
    public required string StartedAt { get; init; }

    /// <summary>RFC 3339.</summary>
    public required string EndedAt { get; init; }

    public string SchemaVersion { get; init; } = "";
    public required long JobId { get; init; }

    /// <summary>Of this program.</summary>
    public required string ProductVersion { get; init; }

    public required string Revision { get; init; }

    /// <summary>Such as <c>amd64</c>.</summary>
    public required string Architecture { get; init; }
}

/// <summary>Writes an in-toto statement with a SLSA v1 predicate about the files of an archive.</summary>
internal static class ArtifactProvenance
{
    private const string Known = "v1";

    /// <summary>The document's path from the working folder, ready to be archived.</summary>
    /// <param name="folder">Working folder.</param>
    /// <param name="name">Of the archive, without its ending.</param>
    /// <param name="entries">What the archive holds.</param>
    /// <param name="request">About the job.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<string> WriteAsync(
        string folder, string name, IReadOnlyList<FileEntry> entries, ProvenanceRequest request, CancellationToken cancellationToken)
    {
        var path = $"{name}-metadata.json";
        // Created anew: a link that a job left under this name is not followed.
        var target = Path.Combine(folder, path);
        File.Delete(target);
        await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, 4096, FileOptions.Asynchronous);
        await using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("_type", "https://in-toto.io/Statement/v0.1");
        writer.WriteString("predicateType", "https://slsa.dev/provenance/v1");
        writer.WriteStartArray("subject");
        foreach (var entry in entries.Where(e => e.Kind == FileKind.File && e.Path != path))
        {
            writer.WriteStartObject();
            writer.WriteString("name", entry.Path);
            WriteDigest(writer, await HashAsync(Path.Combine(folder, entry.Path), cancellationToken));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("predicate");
        WriteBuild(writer, request);
        WriteRun(writer, request);
        writer.WriteEndObject();
        writer.WriteEndObject();
        return path;
    }

    /// <summary>Null when the version is known.</summary>
    public static string? SchemaProblem(string version) =>
        version is Known or "" ? null : $"Unknown SLSA provenance schema version \"{version}\", using {Known}";

    private static void WriteBuild(Utf8JsonWriter writer, ProvenanceRequest request)
    {
        var version = request.ProductVersion.StartsWith('v') ? request.ProductVersion : request.Revision;
        writer.WriteStartObject("buildDefinition");
        writer.WriteString("buildType", $"https://gitlab.com/gitlab-org/gitlab-runner/-/blob/{version}/PROVENANCE.md");
        writer.WriteStartObject("externalParameters");
        foreach (var name in request.Parameters.Distinct(StringComparer.Ordinal).Where(n => n is not ("entryPoint" or "source")))
        {
            writer.WriteString(name, "");
        }

        writer.WriteString("entryPoint", request.JobName);
        writer.WriteString("source", request.RepositoryUrl);
        writer.WriteEndObject();
        writer.WriteStartObject("internalParameters");
        writer.WriteString("name", request.RunnerName);
        writer.WriteString("executor", request.ExecutorName);
        writer.WriteString("architecture", request.Architecture);
        writer.WriteString("job", request.JobId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteEndObject();
        writer.WriteStartArray("resolvedDependencies");
        writer.WriteStartObject();
        writer.WriteString("uri", request.RepositoryUrl);
        WriteDigest(writer, request.RepositoryDigest);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter writer, ProvenanceRequest request)
    {
        writer.WriteStartObject("runDetails");
        writer.WriteStartObject("builder");
        writer.WriteString("id", $"{request.RepositoryUrl}/-/runners/{request.RunnerId}");
        writer.WriteStartObject("version");
        writer.WriteString("gitlab-runner", request.Revision);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("metadata");
        writer.WriteString("invocationID", request.JobId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        writer.WriteString("startedOn", request.StartedAt);
        writer.WriteString("finishedOn", request.EndedAt);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteDigest(Utf8JsonWriter writer, string hash)
    {
        writer.WriteStartObject("digest");
        writer.WriteString("sha256", hash);
        writer.WriteEndObject();
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }
}
