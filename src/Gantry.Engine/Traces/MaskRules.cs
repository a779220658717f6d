namespace Gantry.Engine.Traces;

/// <summary>What a job log hides (official-job-protocol §3.2 to §3.5). Immutable; the text form shows no value.</summary>
public sealed record MaskRules
{
    /// <summary>What stands in the log in place of a hidden value.</summary>
    public const string Mark = "[MASKED]";

    /// <summary>Hides URL parameters and tokens by their prefixes, and no phrase.</summary>
    public static readonly MaskRules None = new();

    /// <summary>Values to hide: trimmed, empties and duplicates dropped by the log.</summary>
    public IReadOnlyCollection<string> Phrases { get; init; } = [];

    /// <summary><c>features.token_mask_prefixes</c> of the payload; the built-in ones are added.</summary>
    public IReadOnlyCollection<string> TokenPrefixes { get; init; } = [];

    /// <summary><c>FF_MASK_ALL_DEFAULT_TOKENS</c>: all of GitLab's own token prefixes, not <c>glpat-</c> alone.</summary>
    public bool AllDefaultTokens { get; init; } = true;

    /// <summary>
    /// Also hides base64, URL-encoded and JSON-escaped forms of the phrases, which the official runner shows.
    /// </summary>
    public bool EncodedForms { get; init; } = true;

    /// <summary>
    /// How many of the shortest prefixes count. The official runner drops all but 15; we keep them all unless told so.
    /// </summary>
    public int TokenPrefixLimit { get; init; } = int.MaxValue;

    /// <summary>
    /// A script line <c>::add-mask::VALUE</c> hides VALUE from there on; the line itself is shown with the mark (§3.5).
    /// On with the runner setting <c>proxy_exec</c>.
    /// </summary>
    public bool AddMaskCommands { get; init; }

    public override string ToString() => $"{Phrases.Count} phrases";
}
