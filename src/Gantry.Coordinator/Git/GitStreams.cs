namespace Gantry.Coordinator.Git;

/// <summary>What a git process reads and writes.</summary>
/// <param name="Input">Read to its end.</param>
/// <param name="Output">Flushed after each piece, because the other side waits for it.</param>
/// <param name="Protocol">The client's <c>Git-Protocol</c> header.</param>
internal sealed record GitStreams(Stream Input, Stream Output, string? Protocol = null)
{
    /// <summary>More of git's environment; may hold secrets.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public override string ToString() => "streams";
}
