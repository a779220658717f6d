namespace Gantry.Pipelines.Model;

/// <summary><c>artifacts</c>: an archive, if it has paths or untracked files, and reports.</summary>
public sealed record ArtifactsModel
{
    /// <summary>Null: <c>artifacts</c>.</summary>
    public string? Name { get; init; }

    public IReadOnlyList<string> Paths { get; init; } = [];

    public IReadOnlyList<string> Exclude { get; init; } = [];

    public bool Untracked { get; init; }

    /// <summary><c>on_success</c>, <c>on_failure</c> or <c>always</c>.</summary>
    public string When { get; init; } = "on_success";

    /// <summary>As written, because the runner hands it back; null: the instance's default. May be <c>never</c>.</summary>
    public string? ExpireIn { get; init; }

    public string? ExposeAs { get; init; }

    /// <summary><c>all</c>, <c>developer</c>, <c>maintainer</c> or <c>none</c>.</summary>
    public string Access { get; init; } = "all";

    public IReadOnlyList<ReportModel> Reports { get; init; } = [];

    public bool HasArchive => Paths.Count > 0 || Untracked;
}

/// <summary>One report of <c>artifacts:reports</c>, uploaded whatever the result.</summary>
/// <param name="Type">The wire name: <c>junit</c>, <c>dotenv</c>, <c>cobertura</c>…</param>
/// <param name="Format"><c>gzip</c>, <c>raw</c> or <c>zip</c>.</param>
/// <param name="FileName">Name of the upload.</param>
/// <param name="Paths">Patterns, as written.</param>
public sealed record ReportModel(string Type, string Format, string FileName, IReadOnlyList<string> Paths);
