using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.Runner.Configuration;

/// <summary>
/// The machine's name for servers, kept in <c>.runner_system_id</c> beside the configuration file (official-job-protocol
/// §1.10). A machine that ran the official runner keeps its id.
/// </summary>
public static partial class SystemId
{
    private const string FileName = ".runner_system_id";
    private const string Alphanumerics = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>Reads the id; makes and stores one when there is none or it is malformed. A file that cannot be written does not matter.</summary>
    public static string LoadOrCreate(string configPath)
    {
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(configPath))!, FileName);
        if (Parse(TryRead(file)) is { } known)
        {
            return known;
        }

        var made = Create();
        try
        {
            PrivateFile.Write(file, made);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // As the official runner: the id is then made anew in each process, from the same machine id where there is one.
        }

        return made;
    }

    /// <summary>An id for this machine that is stored nowhere.</summary>
    public static string Create() =>
        TryRead("/var/lib/dbus/machine-id") is { Length: > 0 } bus ? FromMachine(bus)
        : TryRead("/etc/machine-id") is { Length: > 0 } machine ? FromMachine(machine)
        : "r_" + RandomNumberGenerator.GetString(Alphanumerics, 12);

    /// <summary>The id in a file's content; null when it is none.</summary>
    internal static string? Parse(string? content) =>
        content?.Trim() is { } trimmed && WellFormed().IsMatch(trimmed) ? trimmed : null;

    internal static string FromMachine(string machineId)
    {
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(machineId.Trim()), "gitlab-runner"u8);
        return "s_" + Convert.ToHexStringLower(mac)[..12];
    }

    private static string? TryRead(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^[sr]_[0-9a-zA-Z]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex WellFormed();
}
