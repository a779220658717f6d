using System.Buffers;
using System.Text.Json;

namespace Gantry.Engine.Plans;

/// <summary>Variables inside secret definitions (official-job-protocol §9.6): which texts are expanded depends on the store.</summary>
public static class SecretExpansion
{
    /// <summary>The definition with its texts expanded; the original is left alone.</summary>
    public static JsonElement Expand(JsonElement definition, JobVariables variables)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Copy(definition, "", writer, variables);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Copy(JsonElement element, string path, Utf8JsonWriter writer, JobVariables variables)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Copy(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", writer, variables);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Copy(item, path, writer, variables);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String when IsExpanded(path):
                writer.WriteStringValue(variables.ExpandValue(element.GetString()!));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static bool IsExpanded(string path) => path.Split('.')[0] switch
    {
        "vault" or "gcp_secret_manager" or "aws_secrets_manager" => true,
        "azure_key_vault" => path is "azure_key_vault.name" or "azure_key_vault.version" or "azure_key_vault.server.jwt",
        _ => false,
    };
}
