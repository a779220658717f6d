using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Settings;

/// <summary>Settings whose texts are checked before they become engine terms (official-executors §2.9).</summary>
internal static class HostRules
{
    /// <summary><c>soft[:hard]</c> per name.</summary>
    public static IReadOnlyList<UlimitSpec>? Ulimits(IReadOnlyDictionary<string, string> limits) => limits.Count == 0 ? null :
        [.. limits.Select(limit => Ulimit(limit.Key, limit.Value))];

    /// <summary>Null for none; otherwise every text is an address.</summary>
    public static IReadOnlyList<string>? Dns(IReadOnlyList<string> servers)
    {
        foreach (var server in servers.Where(server => !IPAddress.TryParse(server, out _)))
        {
            throw new FormatException($"invalid DNS server address \"{server}\": expected an IPv4 or IPv6 address");
        }

        return servers.Count == 0 ? null : servers;
    }

    /// <summary>Null for none. 6, 8 or 20 bytes in hex, divided by colons, dashes, or dots between pairs.</summary>
    public static string? MacAddress(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var pairs = text.Contains('.', StringComparison.Ordinal)
            ? text.Split('.').SelectMany(group => group.Length == 4 ? new[] { group[..2], group[2..] } : [""])
            : text.Split(text.Contains('-', StringComparison.Ordinal) ? '-' : ':');
        var bytes = pairs.ToList();
        return bytes.Count is 6 or 8 or 20 && bytes.All(pair => pair.Length == 2 && pair.All(char.IsAsciiHexDigit))
            ? text
            : throw new FormatException($"invalid MAC address \"{text}\": expected a form such as 92:d0:c6:0a:29:33");
    }

    public static string? Isolation(string text) => text is "" or "default" or "process" or "hyperv"
        ? text.Length == 0 ? null : text
        : throw new FormatException($"the isolation value \"{text}\" is not valid. the valid values are: 'process', 'hyperv', 'default' and an empty string");

    /// <summary>The json-file driver with the two options that the job's own output does not depend on.</summary>
    public static LogSpec Log(IReadOnlyDictionary<string, string> options)
    {
        var refused = options.Keys.Where(key => key is not ("env" or "labels")).Order(StringComparer.Ordinal).ToList();
        return refused.Count == 0
            ? new LogSpec("json-file", options.Count == 0 ? null : options)
            : throw new FormatException("creating docker log configuration: invalid log options: only [\"env\" \"labels\"] are allowed, but found: ["
                + string.Join(' ', refused.Select(key => $"\"{key}\"")) + "]");
    }

    /// <summary>A seccomp profile given as a path is replaced by the profile itself, because the engine may be elsewhere.</summary>
    /// <param name="options"><c>name=value</c> or <c>name:value</c>.</param>
    /// <param name="read">Reads a file.</param>
    public static IReadOnlyList<string>? SecurityOptions(IReadOnlyList<string>? options, Func<string, string> read) =>
        options is null ? null : [.. options.Select(option => SecurityOption(option, read))];

    private static UlimitSpec Ulimit(string name, string text)
    {
        var parts = text.Split(':');
        if (parts.Length is 1 or 2 && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var soft)
            && long.TryParse(parts[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var hard))
        {
            return new UlimitSpec(name, soft, hard);
        }

        throw new FormatException($"invalid ulimit {name} = \"{text}\": expected SOFT or SOFT:HARD in whole numbers");
    }

    private static string SecurityOption(string option, Func<string, string> read)
    {
        const string Name = "seccomp";
        if (!option.StartsWith(Name, StringComparison.Ordinal) || option.Length <= Name.Length || option[Name.Length] is not ('=' or ':'))
        {
            return option;
        }

        var value = option[(Name.Length + 1)..];
        return value is "unconfined" or "builtin" || value.StartsWith('{') ? option : "seccomp=" + Profile(value, read);
    }

    private static string Profile(string path, Func<string, string> read)
    {
        string text;
        try
        {
            text = read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"failed to read seccomp profile from {path}: {e.Message}", e);
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                document.WriteTo(writer);
            }

            return Encoding.UTF8.GetString(buffer.ToArray());
        }
        catch (JsonException e)
        {
            throw new FormatException($"seccomp profile {path} is not valid JSON: {e.Message}", e);
        }
    }
}
