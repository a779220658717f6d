using Gantry.Engine.Links;

namespace Gantry.Runner.Transfers;

/// <summary>Flags of <c>cache-extractor</c> (official-cli-config §1.4.4).</summary>
public sealed record CacheExtractRequest
{
    /// <summary>The archive on this machine; relative to the working folder.</summary>
    public required string File { get; init; }

    /// <summary>Null: there is only the archive of this machine.</summary>
    public CacheAddress? Remote { get; init; }

    /// <summary>The same cache under its other name.</summary>
    public CacheAddress? Alternate { get; init; }

    /// <summary>As people read it; empty: the archive's name is shown.</summary>
    public string Key { get; init; } = "";

    /// <summary>Set when <see cref="Key"/> stands in for another one.</summary>
    public string WantedKey { get; init; } = "";
}
