using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Executors.Ssh;

/// <summary>A known_hosts file: whose key is whose. Lines of certificate authorities count for nothing, because no certificates are asked for.</summary>
internal sealed class KnownHosts
{
    private readonly IReadOnlyList<KnownHostsLine> _lines;

    private KnownHosts(IReadOnlyList<KnownHostsLine> lines) => _lines = lines;

    public static KnownHosts Parse(string text) =>
        new([.. text.Split('\n').Select((line, i) => KnownHostsLine.Parse(line.Trim('\r'), i + 1)).OfType<KnownHostsLine>()]);

    /// <summary>Kinds of keys that the file has for a host, each once.</summary>
    public IReadOnlyList<string> KeyTypesOf(string host, int port) => [.. KeysOf(host, port).Select(line => line.KeyType).Distinct()];

    /// <param name="host">As configured.</param>
    /// <param name="port">The server's.</param>
    /// <param name="key">What the server proved to have, in the form of the wire.</param>
    public HostKeyVerdict Judge(string host, int port, byte[] key)
    {
        var name = NameOf(host, port);
        if (_lines.FirstOrDefault(line => line.Mark == KnownHostsMark.Revoked && Is(line, key) && line.Names(name)) is { } revoked)
        {
            return new HostKeyVerdict.Revoked(revoked.Number);
        }

        var known = KeysOf(host, port).ToList();
        return known.Any(line => Is(line, key)) ? new HostKeyVerdict.Trusted()
            : known.Count > 0 ? new HostKeyVerdict.Changed(known[0].Number)
            : new HostKeyVerdict.Unknown(_lines.Any(line => line.Mark == KnownHostsMark.Authority && line.Names(name)));
    }

    /// <summary>The name under which ssh keeps a server.</summary>
    public static string NameOf(string host, int port) =>
        port == 22 ? host.ToLowerInvariant() : string.Create(CultureInfo.InvariantCulture, $"[{host.ToLowerInvariant()}]:{port}");

    /// <summary>The name for the key of a virtual machine and its copies: what a file of names separated by blanks and commas cannot hold becomes a dash.</summary>
    public static string NameOf(string machine) =>
        string.Concat(machine.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));

    /// <summary>As <c>ssh-keygen -l</c> shows it.</summary>
    public static string FingerprintOf(byte[] key) => "SHA256:" + Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=');

    /// <summary>The key says itself what it is; empty when it is none.</summary>
    public static string TypeOf(byte[] key)
    {
        var length = key.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(key);
        return length <= key.Length - 4 ? Encoding.ASCII.GetString(key, 4, (int)length) : "";
    }

    private IEnumerable<KnownHostsLine> KeysOf(string host, int port)
    {
        var name = NameOf(host, port);
        return _lines.Where(line => line.Mark == KnownHostsMark.None && line.Names(name));
    }

    private static bool Is(KnownHostsLine line, byte[] key) => line.Key.AsSpan().SequenceEqual(key);
}

/// <summary>What a known_hosts file says about the key of a server.</summary>
internal abstract record HostKeyVerdict
{
    private HostKeyVerdict() { }

    public sealed record Trusted : HostKeyVerdict;

    /// <param name="HasAuthority">There is a certificate authority for the host.</param>
    public sealed record Unknown(bool HasAuthority) : HostKeyVerdict;

    /// <param name="Line">Where another key of the host stands.</param>
    public sealed record Changed(int Line) : HostKeyVerdict;

    /// <param name="Line">Where it says so.</param>
    public sealed record Revoked(int Line) : HostKeyVerdict;
}
