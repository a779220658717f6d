using System.Text.Json;
using Gantry.Engine.Executors;

namespace Gantry.Executors.Machines;

/// <summary>How docker-machine itself gets into a machine by ssh, from what it wrote down when it made it.</summary>
/// <param name="Machine">Its name.</param>
/// <param name="Host">Its address.</param>
/// <param name="Port">Of its ssh server.</param>
/// <param name="User">Whom the key lets in.</param>
/// <param name="KeyFile">An unencrypted private key.</param>
/// <param name="Folder">What is kept there goes with the machine.</param>
public sealed record MachineLogin(string Machine, string Host, int Port, string User, string KeyFile, string Folder)
{
    /// <summary>The driver of engines that somebody else set up: the tool has no way in.</summary>
    internal const string NoDriver = "none";

    private const int Standard = 22;

    /// <exception cref="EnvironmentException">There is no such way, or the tool's file cannot be read.</exception>
    public static MachineLogin Of(MachineAccess access)
    {
        var file = Path.Combine(access.Folder, "config.json");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            return Read(access, document.RootElement);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw EnvironmentException.Broken($"docker-machine's file {file} cannot be read: {e.Message}", e);
        }
    }

    private static MachineLogin Read(MachineAccess access, JsonElement root)
    {
        var name = MachineLabels.Text(root, "DriverName");
        var driver = root.TryGetProperty("Driver", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var key = MachineLabels.Text(driver, "SSHKeyPath") is { Length: > 0 } named ? named : Path.Combine(access.Folder, "id_rsa");
        if (name == NoDriver || !File.Exists(key))
        {
            throw EnvironmentException.Misconfigured(
                $"docker-machine has no way into machine {access.Name} by ssh ({(name == NoDriver ? "its driver is none" : $"there is no key {key}")}), "
                + "and containers of a machine are reached through its ssh server: use a driver that sets one up, or the executor docker+machine");
        }

        var port = driver.ValueKind == JsonValueKind.Object && driver.TryGetProperty("SSHPort", out var number) && number.TryGetInt32(out var given) && given > 0 ? given : Standard;
        // VirtualBox leads a port of this computer to its machines; the address of any other is that of its engine.
        var host = name == "virtualbox" ? "127.0.0.1"
            : Uri.TryCreate(access.Url, UriKind.Absolute, out var url) && url.DnsSafeHost.Length > 0 ? url.DnsSafeHost
            : throw EnvironmentException.Broken($"docker-machine url {access.Name}: \"{access.Url}\" has no address in it");
        var user = MachineLabels.Text(driver, "SSHUser") is { Length: > 0 } someone ? someone : "root";
        return new MachineLogin(access.Name, host, port, user, key, access.Folder);
    }
}
