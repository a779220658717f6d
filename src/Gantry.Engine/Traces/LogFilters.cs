namespace Gantry.Engine.Traces;

/// <summary>Mask rules compiled for the streams of one log. Immutable, shared by all streams.</summary>
internal sealed class LogFilters
{
    public required PhraseSet Phrases { get; init; }
    public required TokenPrefixes Tokens { get; init; }
    public required bool AddMaskCommands { get; init; }

    public static LogFilters Compile(MaskRules rules) => new()
    {
        Phrases = PhraseSet.Compile(rules.Phrases, rules.EncodedForms),
        Tokens = TokenPrefixes.Compile(rules.TokenPrefixes, rules.AllDefaultTokens, rules.TokenPrefixLimit),
        AddMaskCommands = rules.AddMaskCommands,
    };
}
