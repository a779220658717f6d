using System.Net;
using System.Text;
using System.Text.Json;

namespace Gantry.Executors.Docker.Api;

/// <summary>The text of an engine's refusal.</summary>
internal static class EngineError
{
    /// <param name="body">JSON with <c>message</c> (Docker) or <c>cause</c> (Podman), perhaps inside chunk marks, or plain text.</param>
    /// <param name="status">Used when the body says nothing.</param>
    public static string TextOf(ReadOnlySpan<byte> body, HttpStatusCode status)
    {
        var first = body.IndexOf((byte)'{');
        var last = body.LastIndexOf((byte)'}');
        if (first >= 0 && last > first)
        {
            try
            {
                var message = JsonSerializer.Deserialize(body[first..(last + 1)], EngineJson.Default.EngineMessage);
                if (message?.Text is { Length: > 0 } text)
                {
                    return text;
                }
            }
            catch (JsonException)
            {
                // Plain text that happens to hold braces.
            }
        }

        var plain = Encoding.UTF8.GetString(body).Trim();
        return plain.Length > 0 ? plain : $"the engine answered {(int)status} without a message";
    }
}
