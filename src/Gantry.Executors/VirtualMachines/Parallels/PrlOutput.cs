using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Gantry.Executors.VirtualMachines.Parallels;

/// <summary>Reads what prlctl prints and the file of leases.</summary>
internal static partial class PrlOutput
{
    /// <summary>Of <c>--version</c>; null: it is not there.</summary>
    public static string? Version(string output) => VersionText().Match(output) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Of <c>list NAME --no-header --output status</c>.</summary>
    public static VmStatus Status(string output) => output.Trim() switch
    {
        "running" => new VmStatus("running", VmPhase.Running),
        "stopped" or "suspended" => new VmStatus(output.Trim(), VmPhase.Off),
        "invalid" => new VmStatus("invalid", VmPhase.Lost),
        var other => new VmStatus(other, VmPhase.Busy),
    };

    /// <summary>Of <c>snapshot-list</c>: the id with the star; null: there is none.</summary>
    public static string? CurrentSnapshot(string output) => Lines(output)
        .Where(line => line.Contains(" *", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(" *", StringComparison.Ordinal) + 2)..].Trim())
        .FirstOrDefault(id => id.Length > 0);

    /// <summary>Of <c>list -i</c>: twelve digits of the first network card; null: it has none.</summary>
    public static string? Mac(string output) => CardLine().Match(output) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>
    /// The address of a card, by the newest lease. Lines are <c>ADDRESS="EXPIRY,SECONDS,MAC,ID"</c>.
    /// </summary>
    public static string? Address(string leases, string mac)
    {
        var (found, newest) = ((string?)null, 0UL);
        foreach (var line in Lines(leases))
        {
            if (line.Split('=') is not [var address, ['"', .. var lease, '"']] || lease.Split(',') is not [var expiry, var seconds, var owner, ..]
                || !owner.Equals(mac, StringComparison.OrdinalIgnoreCase)
                || !ulong.TryParse(expiry, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                || !ulong.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            {
                continue;
            }

            var begin = end > length ? end - length : 0;
            if (found is null || begin >= newest)
            {
                (found, newest) = (address.Trim(), begin);
            }
        }

        return found;
    }

    /// <summary>Of <c>list NAME -a -f --json</c>; null: it has none yet.</summary>
    public static string? ConfiguredAddress(string output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            return document.RootElement is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
                && list[0] is { ValueKind: JsonValueKind.Object } machine && machine.TryGetProperty("ip_configured", out var address)
                && address.ValueKind == JsonValueKind.String && address.GetString() is { Length: > 1 } text
                ? text.Split(' ')[0]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string[] Lines(string output) => output.ReplaceLineEndings("\n").Split('\n');

    [GeneratedRegex(@"prlctl version ([0-9]+\.[0-9]+\.[0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex VersionText();

    [GeneratedRegex(@"net0.* mac=([0-9A-Fa-f]{12}) card=", RegexOptions.NonBacktracking)]
    private static partial Regex CardLine();
}
