namespace Gantry.Runner.Configuration;

/// <summary>A configuration for logs: values of secret keys are replaced.</summary>
internal static class ConfigMask
{
    private const string Masked = "[MASKED]";

    /// <summary>The document as text, in the official form.</summary>
    public static string Text(ConfigTable document) => ConfigEncoder.Document(Copy(document));

    public static ConfigTable Copy(ConfigTable table)
    {
        var copy = new ConfigTable(table.Shape);
        foreach (var key in table.Shape.Keys)
        {
            switch (table[key.Name])
            {
                case null:
                    break;
                case string { Length: > 0 } when key.IsSecret:
                    copy.Set(key.Name, Masked);
                    break;
                case ConfigTable inner:
                    copy.Set(key.Name, Copy(inner));
                    break;
                case IReadOnlyList<ConfigTable> inner:
                    copy.Set(key.Name, inner.Select(Copy).ToList());
                    break;
                case IReadOnlyDictionary<string, object> when key.IsSecret:
                    copy.Set(key.Name, new Dictionary<string, object> { ["…"] = Masked });
                    break;
                case var value:
                    copy.Set(key.Name, value);
                    break;
            }
        }

        return copy;
    }
}
