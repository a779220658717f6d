using System.Net.Http.Headers;
using Gantry.Engine;

namespace Gantry.Runner.Links;

/// <summary>One request to the API, as data: it is built anew for every attempt.</summary>
internal sealed record GitLabCall
{
    public required HttpMethod Method { get; init; }

    /// <summary>After <c>/api/v4/</c>, with its query.</summary>
    public required string Path { get; init; }

    /// <summary>For metrics: <c>request_job</c>, <c>update_job</c>, <c>patch_trace</c>, <c>reset_token</c>; empty: not counted.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>The header that carries <see cref="Token"/>; not sent when the token is empty.</summary>
    public string? TokenHeader { get; init; }

    public Secret Token { get; init; }

    /// <summary>Called once per attempt; null: no body.</summary>
    public Func<HttpContent>? Body { get; init; }

    /// <summary>A JSON document is expected with this status and no other.</summary>
    public int? JsonStatus { get; init; }

    public bool Retries { get; init; } = true;
    public bool FollowsRedirects { get; init; } = true;

    /// <summary>Takes the body of a 200; the answer then holds none.</summary>
    public Func<Stream, CancellationToken, Task>? ReadBody { get; init; }

    public static Func<HttpContent> Bytes(ReadOnlyMemory<byte> bytes, string mediaType) => () =>
    {
        var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return content;
    };
}

/// <summary>What came back.</summary>
internal sealed record GitLabAnswer
{
    /// <summary>No usable answer: network, wrong media type, undecodable document (§1.3).</summary>
    public const int NoAnswer = -1;

    /// <summary>No request could be made: the address is unusable.</summary>
    public const int NoClient = -100;

    public required int Status { get; init; }

    /// <summary>The status line, or it with the server's message, or what went wrong.</summary>
    public required string StatusText { get; init; }

    /// <summary>The server's request id, else ours.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>The JSON document when one was expected and came.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>A retriable status was met on the way.</summary>
    public bool Retried { get; init; }

    public HttpResponseHeaders? Headers { get; init; }

    /// <summary>Where a redirect that was not followed points to.</summary>
    public Uri? Location { get; init; }

    public string? Header(string name) =>
        Headers is not null && Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
