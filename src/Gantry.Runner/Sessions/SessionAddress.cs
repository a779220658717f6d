using System.Diagnostics.CodeAnalysis;
using System.Net;
using Gantry.Runner.Configuration;

namespace Gantry.Runner.Sessions;

/// <summary>Where the session server says it answers (official-job-protocol §9.9).</summary>
internal static class SessionAddress
{
    /// <summary>The advertised address, else the one it listens on; <c>https://</c> in front.</summary>
    /// <param name="settings">The file's.</param>
    /// <param name="url">Without a trailing slash.</param>
    /// <param name="problem">What is wrong with the address, and how to write it.</param>
    public static bool TryGet(
        SessionServerSettings settings, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? problem)
    {
        var own = settings.AdvertiseAddress.Length == 0;
        var (key, address) = own ? ("listen_address", settings.ListenAddress) : ("advertise_address", settings.AdvertiseAddress);
        (url, problem) = (null, null);
        if (address.Contains("://", StringComparison.Ordinal))
        {
            problem = $"[session_server] {key} \"{address}\": url not valid, scheme defined; write HOST:PORT";
            return false;
        }

        // A listen address without a host means every address; the machine's name is the best guess for others.
        var host = own && address.StartsWith(':') ? Dns.GetHostName() + address : address;
        if (Uri.TryCreate("https://" + host, UriKind.Absolute, out url) && url.AbsolutePath == "/")
        {
            return true;
        }

        problem = $"[session_server] {key} \"{address}\" is no HOST:PORT";
        return false;
    }
}
