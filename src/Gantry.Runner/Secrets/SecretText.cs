using System.Text.Json;
using Gantry.Engine.Links;
using Gantry.Runner.Links;

namespace Gantry.Runner.Secrets;

/// <summary>One secret's definition, as one store reads it.</summary>
/// <param name="Request">For messages.</param>
/// <param name="Root">The store's member of the definition.</param>
internal sealed record SecretText(SecretRequest Request, JsonElement Root)
{
    /// <summary>A text by its path such as <c>server.url</c>; numbers and booleans as written; empty when absent.</summary>
    public string Get(string path)
    {
        var at = Root;
        foreach (var step in path.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                return "";
            }
        }

        return ValueOf(at) ?? "";
    }

    /// <exception cref="SecretException">It is absent or empty.</exception>
    public string Need(string path) => Get(path) is { Length: > 0 } text ? text : throw Problem($"{path} is missing in its definition");

    /// <exception cref="SecretException">It is no http or https address.</exception>
    public string NeedUrl(string path) => Uri.TryCreate(Need(path), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? Need(path).TrimEnd('/')
        : throw Problem($"{path} \"{Get(path)}\" is no http or https address");

    public SecretException Problem(string what, bool isOutage = false) => new($"secret \"{Request.Name}\": {what}", isOutage);

    /// <summary>A refusal: 500 and above is the store's fault.</summary>
    public SecretException Refused(Uri address, int status, string why, string fix) => Problem(
        $"{ServiceHttp.Name(address)} answered {status}{(why.Length > 0 ? $" ({why})" : "")}. {fix}", isOutage: status >= 500);

    public SecretException Unreachable(ServiceException broken) => Problem($"{broken.Message}. Check the address and the way to it", isOutage: true);

    /// <summary>Null for null and for what is no value.</summary>
    public static string? ValueOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        _ => element.GetRawText(),
    };

    /// <summary>Null when the body is no JSON object.</summary>
    public static JsonElement? Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
