using System.Text.Json;

namespace Gantry.Executors.Machines;

/// <summary>Where a machine is, for metrics. Known of Google's machines only; else empty.</summary>
public sealed record MachineLabels(string Zone, string Region, string Project, string Type)
{
    public static MachineLabels None { get; } = new("", "", "", "");

    public static MachineLabels Of(string driver, string zone, string project, string type)
    {
        if (driver != "google")
        {
            return None;
        }

        var dash = zone.LastIndexOf('-');
        return new MachineLabels(zone, dash > 0 ? zone[..dash] : "", project, type);
    }

    /// <summary>From the tool's <c>config.json</c> of a machine.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    internal static MachineLabels Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("Driver", out var driver)
            ? Of(Text(root, "DriverName"), Text(driver, "Zone"), Text(driver, "Project"), Text(driver, "MachineType"))
            : None;
    }

    /// <summary>Empty when there is no such text.</summary>
    internal static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
