namespace Gantry.Pipelines;

/// <summary>What <see cref="PipelineLint"/> found.</summary>
/// <param name="Compilation">The pipeline that would be created, what is wrong, or why there would be none; with the warnings.</param>
/// <param name="MergedYaml">The configuration with includes, references and extends resolved; null when a file could not be read.</param>
/// <param name="Included">Names of the included files in the order they were read.</param>
public sealed record LintReport(PipelineCompilation Compilation, string? MergedYaml, IReadOnlyList<string> Included)
{
    public bool IsValid => Compilation is not PipelineCompilation.Rejected;
}
