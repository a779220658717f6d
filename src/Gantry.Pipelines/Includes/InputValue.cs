using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Gantry.Pipelines.Includes;

/// <summary>A value of an input, of the types that JSON and YAML share.</summary>
public abstract record InputValue
{
    private InputValue()
    {
    }

    public sealed record Null : InputValue;

    public sealed record Text(string Value) : InputValue;

    /// <param name="Literal">The number as written, for example <c>1</c> or <c>2.5</c>.</param>
    public sealed record Number(string Literal) : InputValue;

    public sealed record Boolean(bool Value) : InputValue;

    public sealed record List(IReadOnlyList<InputValue> Items) : InputValue;

    public sealed record Map(IReadOnlyList<KeyValuePair<string, InputValue>> Entries) : InputValue;

    /// <summary>The value of a JSON element.</summary>
    public static InputValue FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => new Text(element.GetString()!),
        JsonValueKind.Number => new Number(element.GetRawText()),
        JsonValueKind.True => new Boolean(true),
        JsonValueKind.False => new Boolean(false),
        JsonValueKind.Array => new List([.. element.EnumerateArray().Select(FromJson)]),
        JsonValueKind.Object => new Map([.. element.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, FromJson(p.Value)))]),
        _ => new Null(),
    };

    /// <summary>Compact JSON.</summary>
    public string ToJson()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    private void Write(StringBuilder text)
    {
        switch (this)
        {
            case Text { Value: var value }:
                text.Append('"').Append(JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)).Append('"');
                break;
            case Number number:
                text.Append(CultureInfo.InvariantCulture, $"{number.Literal}");
                break;
            case Boolean { Value: var flag }:
                text.Append(flag ? "true" : "false");
                break;
            case List list:
                text.Append('[');
                for (var i = 0; i < list.Items.Count; i++)
                {
                    text.Append(i == 0 ? "" : ",");
                    list.Items[i].Write(text);
                }

                text.Append(']');
                break;
            case Map map:
                WriteMap(map, text);
                break;
            default:
                text.Append("null");
                break;
        }
    }

    private static void WriteMap(Map map, StringBuilder text)
    {
        text.Append('{');
        for (var i = 0; i < map.Entries.Count; i++)
        {
            text.Append(i == 0 ? "" : ",");
            new Text(map.Entries[i].Key).Write(text);
            text.Append(':');
            map.Entries[i].Value.Write(text);
        }

        text.Append('}');
    }
}
