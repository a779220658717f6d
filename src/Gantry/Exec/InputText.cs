using System.Text.Json;
using Gantry.CommandLine;
using Gantry.Pipelines.Includes;

namespace Gantry.Exec;

/// <summary><c>--input NAME=VALUE</c>: JSON where the value is JSON other than text, else the text itself.</summary>
internal static class InputText
{
    public static IReadOnlyDictionary<string, InputValue> Parse(IReadOnlyList<string> texts)
    {
        var inputs = new Dictionary<string, InputValue>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            inputs[equals > 0 ? text[..equals] : throw new CommandException($"--input {text}: expected NAME=VALUE", 2)] = Value(text[(equals + 1)..]);
        }

        return inputs;
    }

    private static InputValue Value(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return InputValue.FromJson(document.RootElement);
        }
        catch (JsonException)
        {
            return new InputValue.Text(text);
        }
    }
}
