using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml;
using Gantry.Protocol;

namespace Gantry.Runner.Links;

/// <summary>From a response to a <see cref="GitLabAnswer"/>: the decoding rules of official-job-protocol §1.3.</summary>
internal static class AnswerReading
{
    private const int LongestErrorBody = 64 * 1024;

    public static async Task<GitLabAnswer> ReadAsync(
        GitLabCall call, Uri target, HttpResponseMessage response, string requestId, bool retried, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var answer = new GitLabAnswer
        {
            Status = status,
            StatusText = StatusLine(response),
            CorrelationId = First(response, ProtocolHeaders.RequestId) ?? requestId,
            Headers = response.Headers,
            Location = response.Headers.Location is { } location ? new Uri(target, location) : null,
            Retried = retried,
        };
        if (status == 200 && call.ReadBody is { } read)
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await read(body, cancellationToken);
            return answer;
        }

        if (status == call.JsonStatus)
        {
            return IsJson(response)
                ? answer with { Document = await response.Content.ReadAsByteArrayAsync(cancellationToken) }
                : answer with
                {
                    Status = GitLabAnswer.NoAnswer,
                    StatusText = $"response is not application/json: {response.Content.Headers.ContentType}",
                };
        }

        return status is >= 200 and < 300
            ? answer
            : answer with { StatusText = Describe(call, target, response, await ReadErrorAsync(response, cancellationToken)) };
    }

    /// <summary>A media type of exactly <c>application/json</c>; parameters are allowed.</summary>
    private static bool IsJson(HttpResponseMessage response) =>
        string.Equals(response.Content.Headers.ContentType?.MediaType, "application/json", StringComparison.OrdinalIgnoreCase);

    private static bool IsXml(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType is { } type
        && (type.Equals("application/xml", StringComparison.OrdinalIgnoreCase) || type.Equals("text/xml", StringComparison.OrdinalIgnoreCase));

    private static string StatusLine(HttpResponseMessage response) =>
        $"{(int)response.StatusCode} {(string.IsNullOrEmpty(response.ReasonPhrase) ? Reason(response.StatusCode) : response.ReasonPhrase)}";

    private static string Reason(HttpStatusCode status) => new HttpResponseMessage(status).ReasonPhrase ?? "";

    private static string? First(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { Length: > 0 } value ? value : null;

    private static async Task<byte[]> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[LongestErrorBody];
            var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return buffer[..length];
        }
        catch (Exception problem) when (problem is IOException or HttpRequestException)
        {
            // The status is known; a cut-off explanation must not hide it.
            return [];
        }
    }

    private static string Describe(GitLabCall call, Uri target, HttpResponseMessage response, byte[] body)
    {
        var line = StatusLine(response);
        if (IsXml(response))
        {
            return XmlError(body) is { } error ? $"{line} ({error})" : line;
        }

        if (!IsJson(response) || JsonMessage(body) is not { } message)
        {
            return line;
        }

        var prefix = $"{call.Method} {GitLabAddress.Clean(target)}: {line}";
        return message.Length == 0 || message == line || message == response.ReasonPhrase ? prefix : $"{prefix} ({message})";
    }

    /// <summary>The <c>message</c> of an error: a text, or an object of lists.</summary>
    private static string? JsonMessage(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("message", out var message))
            {
                return null;
            }

            return message.ValueKind switch
            {
                JsonValueKind.String => message.GetString(),
                JsonValueKind.Object => string.Join(", ", message.EnumerateObject().Select(p => $"{p.Name}: {Flatten(p.Value)}")),
                _ => message.GetRawText(),
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Flatten(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join("; ", value.EnumerateArray().Select(Flatten)),
        JsonValueKind.String => value.GetString() ?? "",
        _ => value.GetRawText(),
    };

    /// <summary>Object stores answer <c>&lt;Error&gt;&lt;Code/&gt;&lt;Message/&gt;&lt;/Error&gt;</c>.</summary>
    private static string? XmlError(byte[] body)
    {
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
            using var reader = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(body)), settings);
            if (reader.MoveToContent() != XmlNodeType.Element || reader.Name != "Error")
            {
                return null;
            }

            string? code = null, message = null;
            reader.ReadStartElement();
            while (reader.MoveToContent() == XmlNodeType.Element)
            {
                var name = reader.Name;
                var text = reader.ReadElementContentAsString();
                (code, message) = name switch { "Code" => (text, message), "Message" => (code, text), _ => (code, message) };
            }

            return code is null && message is null ? null : $"{code}: {message}";
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
