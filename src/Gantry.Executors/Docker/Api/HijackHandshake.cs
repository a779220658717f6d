using System.Globalization;
using System.Net;
using System.Text;

namespace Gantry.Executors.Docker.Api;

/// <summary>
/// Writes one HTTP/1.1 request by hand and reads the head of its answer. By hand, because <c>HttpClient</c> hides the socket
/// and so cannot close one direction of it.
/// </summary>
internal static class HijackHandshake
{
    // Heads of the engine are some hundred bytes; more means that something else is talking.
    private const int HeadLimit = 16 * 1024;
    private const int ErrorLimit = 64 * 1024;

    /// <summary>
    /// Sends and waits for 101 (Docker) or 200 (Podman, proxies that drop the upgrade). Without the upgrade headers,
    /// Docker Desktop's proxy leaves standard input dead.
    /// </summary>
    /// <param name="target">Path with query, such as <c>/v1.41/containers/ID/attach?stream=1</c>.</param>
    /// <param name="json">The body; empty for none.</param>
    /// <exception cref="EngineException">Any other status; the engine's message.</exception>
    public static async Task<HijackedStream> OpenAsync(
        EngineConnection connection, string target, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var request = $"POST {target} HTTP/1.1\r\nHost: engine\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n"
            + $"Content-Type: {(json.IsEmpty ? "text/plain" : "application/json")}\r\nContent-Length: {json.Length}\r\n\r\n";
        await connection.Stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
        if (!json.IsEmpty)
        {
            await connection.Stream.WriteAsync(json, cancellationToken);
        }

        var (head, surplus) = await ReadHeadAsync(connection.Stream, cancellationToken);
        var status = StatusOf(head);
        if (status is 101 or 200)
        {
            return new HijackedStream(connection, surplus);
        }

        var body = await ReadErrorAsync(connection.Stream, head, surplus, cancellationToken);
        throw EngineException.Refused((HttpStatusCode)status, EngineError.TextOf(body, (HttpStatusCode)status));
    }

    private static async Task<(string Head, ReadOnlyMemory<byte> Surplus)> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[HeadLimit];
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (read == 0)
            {
                throw EngineException.Unreachable("the engine closed the connection instead of answering", null);
            }

            filled += read;
            var end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return (Encoding.ASCII.GetString(buffer, 0, end), buffer.AsMemory(end + 4, filled - end - 4));
            }
        }

        throw EngineException.Unreachable("the engine's answer has no end of head", null);
    }

    private static int StatusOf(string head)
    {
        var parts = head.Split(' ', 3);
        return parts.Length >= 2 && parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : throw EngineException.Unreachable($"the engine did not answer in HTTP: {head.Split('\r')[0]}", null);
    }

    private static async Task<byte[]> ReadErrorAsync(Stream stream, string head, ReadOnlyMemory<byte> surplus, CancellationToken cancellationToken)
    {
        var length = LengthOf(head) ?? ErrorLimit;
        using var body = new MemoryStream();
        body.Write(surplus.Span);
        var buffer = new byte[4096];
        while (body.Length < Math.Min(length, ErrorLimit))
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                break;
            }

            body.Write(buffer, 0, read);
            if (LengthOf(head) is null && body.GetBuffer().AsSpan(0, (int)body.Length).EndsWith("0\r\n\r\n"u8))
            {
                break;
            }
        }

        return body.ToArray();
    }

    private static int? LengthOf(string head)
    {
        foreach (var line in head.Split("\r\n"))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(line.AsSpan(15).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            {
                return length;
            }
        }

        return null;
    }
}
