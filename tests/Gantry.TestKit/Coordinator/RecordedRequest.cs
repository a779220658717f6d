using System.Text;
using System.Text.Json;

namespace Gantry.TestKit.Coordinator;

/// <summary>A request as it reached the server.</summary>
public sealed record RecordedRequest
{
    public required string Method { get; init; }

    /// <summary>After <c>/api/v4/</c>, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>With its question mark, or empty.</summary>
    public required string Query { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }
    public required byte[] Body { get; init; }

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Method} {Path}{Query}";
}
