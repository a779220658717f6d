namespace Gantry.Coordinator.RestApi.Views;

/// <summary>What is right and wrong with a configuration. Jobs only when they were asked for.</summary>
internal sealed record LintView(
    bool Valid, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, string? MergedYaml, IReadOnlyList<LintIncludeView> Includes,
    IReadOnlyList<LintJobView>? Jobs);

/// <summary>A file that was included.</summary>
internal sealed record LintIncludeView(string Type, string Location);

/// <summary>A job that there would be.</summary>
internal sealed record LintJobView(
    string Name, string Stage, IReadOnlyList<string> BeforeScript, IReadOnlyList<string> Script, IReadOnlyList<string> AfterScript,
    IReadOnlyList<string> TagList, string? Environment, string When, bool AllowFailure, IReadOnlyList<LintNeedView> Needs);

/// <summary>A job that is waited for.</summary>
internal sealed record LintNeedView(string Name, bool Artifacts, bool Optional);
