using System.Globalization;
using Gantry.Pipelines.Includes;

namespace Gantry.Pipelines.Yaml;

/// <summary>YAML values as input values and back.</summary>
internal static class YamlJson
{
    public static InputValue ToValue(this YamlNode node) => node switch
    {
        YamlScalar { Kind: ScalarKind.Null } => new InputValue.Null(),
        YamlScalar { Kind: ScalarKind.Boolean } scalar => new InputValue.Boolean(scalar.IsTrue),
        YamlScalar { Kind: ScalarKind.Integer } scalar => new InputValue.Number(scalar.Text),
        YamlScalar { Kind: ScalarKind.Float } scalar => new InputValue.Number(Json(scalar.Text)),
        YamlScalar scalar => new InputValue.Text(scalar.Text),
        YamlList list => new InputValue.List([.. list.Items.Select(ToValue)]),
        YamlReference reference => new InputValue.List([.. reference.Path.Select(ToValue)]),
        YamlMap map => new InputValue.Map([.. map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, ToValue(entry.Value)))]),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    public static string ToJson(this YamlNode node) => node.ToValue().ToJson();

    private static string Json(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
        ? text
        : $"\"{text}\"";
}
