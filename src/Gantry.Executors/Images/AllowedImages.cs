namespace Gantry.Executors.Images;

/// <summary>Which images a job may name (official-executors §2.3).</summary>
internal static class AllowedImages
{
    /// <param name="image">The whole expanded reference.</param>
    /// <param name="patterns">Globs; none allows everything.</param>
    /// <param name="own">Images of the configuration itself: always allowed.</param>
    public static bool IsAllowed(string image, IReadOnlyList<string> patterns, IReadOnlyCollection<string> own) =>
        patterns.Any(pattern => ImageGlob.IsMatch(pattern, image)) || own.Contains(image) || patterns.Count == 0;

    /// <summary>Privileged containers are for these images only; no patterns mean all.</summary>
    public static bool MayBePrivileged(string image, IReadOnlyList<string> patterns) => IsAllowed(image, patterns, []);

    /// <summary>The lines that tell the user what would be allowed.</summary>
    /// <param name="kind"><c>images</c> or <c>services</c>.</param>
    /// <param name="image">The refused one.</param>
    /// <param name="patterns">The list.</param>
    public static IEnumerable<string> Refusal(string kind, string image, IReadOnlyList<string> patterns) =>
    [
        $"The \"{image}\" image is not present on list of allowed {kind}:",
        .. patterns.Select(pattern => "- " + pattern),
        $"Please check runner's allowed_{kind} configuration: https://docs.gitlab.com/runner/configuration/advanced-configuration/",
    ];
}
