using System.Globalization;
using System.Text;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Images;

namespace Gantry.Executors.Docker.Settings;

/// <summary>Devices and GPUs in the syntax of <c>docker run</c>.</summary>
internal static class DeviceSyntax
{
    /// <summary><c>host[:container[:permissions]]</c>; the same path and <c>rwm</c> when not given.</summary>
    /// <exception cref="FormatException">More than three parts.</exception>
    public static DeviceSpec Device(string text)
    {
        var parts = text.Split(':');
        return parts switch
        {
            [var host] => new DeviceSpec(host, host, "rwm"),
            [var host, var container] => new DeviceSpec(host, container, "rwm"),
            [var host, var container, var permissions] => new DeviceSpec(host, container, permissions),
            _ => throw new FormatException($"too many colons in device string '{text}' (expected HOST[:CONTAINER[:PERMISSIONS]])"),
        };
    }

    /// <summary>The devices of every glob that fits the service's image.</summary>
    public static IReadOnlyList<DeviceSpec> ForService(IReadOnlyDictionary<string, IReadOnlyList<string>> byGlob, string image) =>
        [.. byGlob.Where(pair => ImageGlob.IsMatch(pair.Key, image)).SelectMany(pair => pair.Value).Select(Device)];

    /// <summary>
    /// <c>all</c>, a number, or fields divided by commas: <c>device=0,1</c> (in double quotes, because of the comma),
    /// <c>driver=</c>, <c>count=</c>, <c>capabilities=</c>, <c>options=</c>. Null for an empty text.
    /// </summary>
    /// <exception cref="FormatException">Another field, or one twice.</exception>
    public static DeviceRequestSpec? Gpus(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in Fields(text))
        {
            var at = field.IndexOf('=', StringComparison.Ordinal);
            var (key, value) = at < 0 ? ("count", field) : (field[..at], field[(at + 1)..]);
            if (key is not ("count" or "device" or "driver" or "capabilities" or "options"))
            {
                throw new FormatException($"unexpected key '{key}' in '{field}' (expected all, a number, or device=, driver=, capabilities=, options=)");
            }

            if (!seen.TryAdd(key, value))
            {
                throw new FormatException($"gpu request key '{key}' can be specified only once");
            }
        }

        var devices = seen.TryGetValue("device", out var ids) ? ids.Split(',') : null;
        return new DeviceRequestSpec(
            seen.GetValueOrDefault("driver", ""),
            seen.TryGetValue("count", out var count) ? Count(count) : devices is null ? 1 : 0,
            devices,
            [[.. seen.TryGetValue("capabilities", out var wanted) ? wanted.Split(',') : [], "gpu"]],
            Options(seen.GetValueOrDefault("options", "")));
    }

    private static int Count(string text) => text == "all" ? -1
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) ? count
        : throw new FormatException($"count must be an integer: '{text}'");

    private static Dictionary<string, string> Options(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(option => option.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair.Length == 2 ? pair[1] : "", StringComparer.Ordinal);

    /// <summary>One CSV record: commas divide, double quotes hold together, two of them inside stand for one.</summary>
    private static List<string> Fields(string text)
    {
        var (fields, field, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when quoted && i + 1 < text.Length && text[i + 1] == '"':
                    field.Append('"');
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    fields.Add(field.ToString());
                    field.Clear();
                    break;
                default:
                    field.Append(text[i]);
                    break;
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
