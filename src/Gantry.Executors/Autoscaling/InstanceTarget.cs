using System.Globalization;
using Gantry.Executors.Autoscaling.Providers;
using Gantry.Executors.Ssh;

namespace Gantry.Executors.Autoscaling;

/// <summary>Where an instance's ssh server is.</summary>
internal sealed record InstanceTarget(string Host, int Port)
{
    private const int Standard = 22;

    /// <summary>For messages.</summary>
    public string Text => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>The external address when it is preferred, else the internal one; the other one where that is missing.</summary>
    public static InstanceTarget Of(InstanceAccess access, ConnectorSettings connector)
    {
        var (first, second) = connector.PrefersExternalAddress
            ? (access.ExternalAddress, access.InternalAddress)
            : (access.InternalAddress, access.ExternalAddress);
        var address = HostAddress.TryParse(first.Length > 0 ? first : second, out var read) ? read : default;
        return new InstanceTarget(
            address.Host ?? "", address.Port > 0 ? address.Port : access.Port > 0 ? access.Port : connector.Port > 0 ? connector.Port : Standard);
    }

    /// <summary>How to get in: what the provider says, else what the settings say.</summary>
    /// <exception cref="ProviderException">The instance has no address, or is of a kind that cannot be reached.</exception>
    public static SshSettings SshTo(string id, InstanceAccess access, ConnectorSettings connector)
    {
        var target = Of(access, connector);
        if (target.Host.Length == 0)
        {
            throw new ProviderException($"the provider gave no address of instance {id}");
        }

        var protocol = access.Protocol.Length > 0 ? access.Protocol : connector.Protocol;
        if (protocol is not ("" or "ssh") || access.System.Equals("windows", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProviderException($"instance {id} is to be reached by {(protocol.Length > 0 ? protocol : "winrm")}, which is not part of this version: only ssh is");
        }

        var ownKey = access.KeyPath.Length > 0 || !access.Key.IsEmpty;
        return new SshSettings
        {
            IsConfigured = true,
            Table = "[runners.autoscaler.connector_config]",
            KeyName = "key_path",
            Host = target.Host,
            Port = target.Port.ToString(CultureInfo.InvariantCulture),
            User = access.User.Length > 0 ? access.User : connector.User.Length > 0 ? connector.User : "root",
            Password = access.Password.IsEmpty ? connector.Password : access.Password,
            IdentityKey = access.Key,
            IdentityFile = ownKey ? access.KeyPath : connector.KeyPath,
            KeepAlive = access.KeepAlive ?? connector.KeepAlive ?? SshSettings.UsualKeepAlive,
            HostKeys = access.HostKeys,
            AcceptsAnyHostKey = connector.AcceptsAnyHostKey && access.HostKeys.Count == 0,
            KnownHostsFile = connector.KnownHostsFile,
        };
    }
}
