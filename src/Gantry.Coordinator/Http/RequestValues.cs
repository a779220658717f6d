using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Gantry.Coordinator.Http;

/// <summary>
/// The parameters of a request, whether they came as JSON, as a form or in the address: GitLab's clients use all three. Form
/// keys such as <c>variables[][key]</c> become lists and objects. Texts are taken for numbers and flags where these are wanted.
/// </summary>
internal sealed class RequestValues
{
    private readonly JsonObject _values;

    private RequestValues(JsonObject values) => _values = values;

    /// <summary>Reads the body when it is JSON or a form; a body that is neither is left alone.</summary>
    public static async Task<RequestValues> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var values = new JsonObject();
        foreach (var (key, value) in request.Query)
        {
            Put(values, key, value);
        }

        // Clients name a content type even when they send nothing.
        var mayHaveBody = request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false && request.ContentLength != 0;
        if (mayHaveBody && request.HasJsonContentType())
        {
            await AddJsonAsync(values, request, cancellation);
        }
        else if (request.HasFormContentType)
        {
            foreach (var (key, value) in await request.ReadFormAsync(cancellation))
            {
                Put(values, key, value);
            }
        }

        return new RequestValues(values);
    }

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Null when absent or null; numbers and flags as their text.</summary>
    public string? Text(string name) => AsText(_values[name]);

    /// <summary>Throws 400 when absent.</summary>
    public string Required(string name) => Text(name) is { Length: > 0 } text ? text : throw ApiException.BadParameter($"{name} is missing");

    public bool? Flag(string name) => Text(name)?.ToLowerInvariant() switch
    {
        null or "" => null,
        "true" or "1" or "yes" or "on" or "t" => true,
        "false" or "0" or "no" or "off" or "f" => false,
        _ => throw ApiException.BadParameter($"{name} is invalid"),
    };

    public int? Number(string name) => Text(name) switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw ApiException.BadParameter($"{name} is invalid"),
    };

    /// <summary>A list, or a text with commas. Null when absent.</summary>
    public IReadOnlyList<string>? Texts(string name) => _values[name] switch
    {
        null => null,
        JsonArray list => [.. list.Select(AsText).OfType<string>()],
        JsonObject map => [.. map.Select(pair => AsText(pair.Value)).OfType<string>()],
        var single => [.. (AsText(single) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
    };

    /// <summary>A list of objects; empty when absent or something else.</summary>
    public IReadOnlyList<RequestValues> List(string name) => _values[name] switch
    {
        JsonArray list => [.. list.OfType<JsonObject>().Select(item => new RequestValues(item))],
        JsonObject map when map.All(pair => pair.Value is JsonObject) => [.. map.Select(pair => new RequestValues((JsonObject)pair.Value!))],
        _ => [],
    };

    /// <summary>An object's entries as texts; empty when absent or something else.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Map(string name) =>
        _values[name] is JsonObject map ? [.. map.Select(pair => KeyValuePair.Create(pair.Key, AsText(pair.Value) ?? ""))] : [];

    /// <summary>The value as JSON; null when absent.</summary>
    public JsonNode? Node(string name) => _values[name];

    private static string? AsText(JsonNode? node) => node switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value => value.ToJsonString(),
        _ => null,
    };

    private static async Task AddJsonAsync(JsonObject values, HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            if (await JsonNode.ParseAsync(request.Body, cancellationToken: cancellation) is not JsonObject body)
            {
                return;
            }

            foreach (var (key, value) in body.ToList())
            {
                body.Remove(key);
                values[key] = value;
            }
        }
        catch (JsonException)
        {
            throw ApiException.BadParameter("The request body is not valid JSON");
        }
        catch (ArgumentException)
        {
            throw ApiException.BadParameter("The request body has a key twice");
        }
    }

    // "a", "a[]", "a[b]", "a[][b]": a new list item begins when the last one already has the key.
    private static void Put(JsonObject values, string key, StringValues texts)
    {
        var parts = key.Replace("]", "", StringComparison.Ordinal).Split('[');
        foreach (var text in texts)
        {
            Put(values, parts, text ?? "");
        }
    }

    private static void Put(JsonObject target, ReadOnlySpan<string> parts, string text)
    {
        var name = parts[0];
        switch (parts.Length)
        {
            case 1:
                target[name] = text;
                break;
            case 2 when parts[1].Length == 0:
                Child<JsonArray>(target, name).Add((JsonNode)text);
                break;
            case > 2 when parts[1].Length == 0:
                var list = Child<JsonArray>(target, name);
                if (list.Count == 0 || list[^1] is not JsonObject last || last.ContainsKey(parts[2]))
                {
                    last = [];
                    list.Add((JsonNode)last);
                }

                Put(last, parts[2..], text);
                break;
            default:
                Put(Child<JsonObject>(target, name), parts[1..], text);
                break;
        }
    }

    private static T Child<T>(JsonObject target, string name)
        where T : JsonNode
    {
        if (target[name] is T known)
        {
            return known;
        }

        JsonNode made = typeof(T) == typeof(JsonArray) ? new JsonArray() : new JsonObject();
        target[name] = made;
        return (T)made;
    }
}
