using System.Globalization;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace Gantry.Executors.Ssh;

/// <summary>Whether the server is the one it should be. One per connection.</summary>
internal sealed class HostKeyCheck
{
    private const string Certificate = "-cert-v0";

    private const string Loopback = "127.0.0.1";

    /// <summary>Of two connections that learn at the same time, the second one compares.</summary>
    private static readonly Lock Learning = new();

    private readonly SshSettings _settings;
    private readonly int _port;
    private readonly bool _isNew;

    private KnownHosts _known;

    private HostKeyCheck(SshSettings settings, int port, string lines)
    {
        (_settings, _port) = (settings, port);
        _known = KnownHosts.Parse(lines);
        _isNew = settings.KeptAs is not null && string.IsNullOrWhiteSpace(lines);
    }

    /// <summary>The line by which a new host is known from now on; null: there is none to add.</summary>
    private byte[]? _learned;

    /// <summary>Why the server was refused, and what to do; null: it was not.</summary>
    public string? Problem { get; private set; }

    /// <exception cref="IOException">The file cannot be read. None at all is a file without lines.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static HostKeyCheck For(SshSettings settings, int port) => new(settings, port,
        settings.HostKeys.Count > 0 ? string.Join('\n', settings.HostKeys.Select(key => $"{KnownHosts.NameOf(settings.Host, port)} {key}"))
        : settings.AcceptsAnyHostKey ? "" : Lines(settings));

    /// <summary>The server shall show a key of a kind that the file knows, if it has one; certificates could not be judged.</summary>
    public void Prefer(ConnectionInfo connection)
    {
        var types = Names().SelectMany(name => _known.KeyTypesOf(name.Host, name.Port)).ToList();
        var algorithms = connection.HostKeyAlgorithms.Where(a => !a.Key.Contains(Certificate, StringComparison.Ordinal)).ToList();
        connection.HostKeyAlgorithms.Clear();
        foreach (var algorithm in algorithms.OrderBy(a => types.Contains(TypeOf(a.Key)) ? 0 : 1))
        {
            connection.HostKeyAlgorithms.Add(algorithm.Key, algorithm.Value);
        }
    }

    public void Judge(HostKeyEventArgs shown)
    {
        var verdict = _settings.AcceptsAnyHostKey ? new HostKeyVerdict.Trusted() : Verdict(shown.HostKey);
        if (verdict is HostKeyVerdict.Unknown && _isNew)
        {
            (_learned, verdict) = (shown.HostKey, new HostKeyVerdict.Trusted());
        }

        Problem = Describe(verdict, shown.HostKey);
        shown.CanTrust = Problem is null;
    }

    /// <summary>Writes down what was learned: the server has proved by now that the key is its own. There is a problem if another one was kept meanwhile.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Keep()
    {
        if (_learned is not { } key)
        {
            return;
        }

        lock (Learning)
        {
            var lines = Lines(_settings);
            if (string.IsNullOrWhiteSpace(lines))
            {
                // Whole or not at all, whenever the runner is killed.
                var file = _settings.KnownHostsFile + ".new";
                lines = $"{KnownHosts.NameOf(_settings.KeptAs!)} {KnownHosts.TypeOf(key)} {Convert.ToBase64String(key)}\n";
                File.WriteAllText(file, lines);
                File.Move(file, _settings.KnownHostsFile, overwrite: true);
            }

            _known = KnownHosts.Parse(lines);
            Problem = Describe(Verdict(key), key);
        }

        _learned = null;
    }

    private static string Lines(SshSettings settings) => File.Exists(settings.KnownHostsFile) ? File.ReadAllText(settings.KnownHostsFile) : "";

    /// <summary>The host's own name first.</summary>
    private IEnumerable<(string Host, int Port)> Names()
    {
        if (_settings.KeptAs is { } kept)
        {
            yield return (KnownHosts.NameOf(kept), 22);
            yield break;
        }

        yield return (_settings.Host, _port);
        if (_settings.CopyOf is { } original)
        {
            if (_settings.Host == Loopback)
            {
                yield return ("localhost", _port);
            }

            yield return (KnownHosts.NameOf(original), 22);
        }
    }

    // One name under which the key is known is enough; a revoked key is revoked under each.
    private HostKeyVerdict Verdict(byte[] key)
    {
        var verdicts = Names().Select(name => _known.Judge(name.Host, name.Port, key)).ToList();
        return verdicts.FirstOrDefault(v => v is HostKeyVerdict.Revoked)
            ?? verdicts.FirstOrDefault(v => v is HostKeyVerdict.Trusted)
            ?? verdicts.FirstOrDefault(v => v is HostKeyVerdict.Changed)
            ?? verdicts[0];
    }

    private string? Describe(HostKeyVerdict verdict, byte[] key)
    {
        var file = _settings.KnownHostsFile;
        var name = KnownHosts.NameOf(_settings.Host, _port);
        var shown = $"{(_settings.CopyOf is { } copied ? $"the copy of {copied} at {name}" : name)} shows the {KnownHosts.TypeOf(key)} key {KnownHosts.FingerprintOf(key)}";
        if (_settings.HostKeys.Count > 0)
        {
            return verdict is HostKeyVerdict.Trusted ? null : $"knownhosts: key mismatch: {shown}, which is none of the keys that its provider gave for it. Somebody may be in between";
        }

        if (_settings.KeptAs is { } kept)
        {
            return verdict is HostKeyVerdict.Trusted ? null : $"knownhosts: key mismatch: {shown}, which is not the one that {file} has for {kept}. "
                + $"Somebody may be in between. If its keys were made anew, as the runner's user: rm {file} (the next key that is shown is kept)";
        }

        return verdict switch
        {
            HostKeyVerdict.Unknown unknown => $"knownhosts: key is unknown: {shown}, and {(File.Exists(file) ? $"{file} has no key of it" : $"there is no {file}")}. "
                + (unknown.HasAuthority ? "Certificates of hosts are not supported, the key itself must be there. " : "")
                + $"Compare the fingerprint with the host's own (ssh-keygen -lf on its /etc/ssh/*.pub); if they are the same, as the runner's user: {Learn(key)}",
            HostKeyVerdict.Changed changed => string.Create(CultureInfo.InvariantCulture,
                $"knownhosts: key mismatch: {shown}, but line {changed.Line} of {file} has another one for it. ")
                + "Somebody may be in between. If the host was set up anew, as the runner's user: "
                + (_settings.CopyOf is null
                    ? $"ssh-keygen -f {file} -R '{name}' && {Learn(key)}"
                    : string.Create(CultureInfo.InvariantCulture, $"sed -i.old {changed.Line}d {file} && {Learn(key)}")),
            HostKeyVerdict.Revoked revoked => string.Create(CultureInfo.InvariantCulture,
                $"knownhosts: key is revoked: {shown}, which line {revoked.Line} of {file} declares revoked. Give the host a new key"),
            _ => null,
        };
    }

    // A copy has ended by the time somebody reads this, so it cannot be asked for its key.
    private string Learn(byte[] key) => _settings.CopyOf is { } original
        ? $"{Folder}echo '{KnownHosts.NameOf(original)} {KnownHosts.TypeOf(key)} {Convert.ToBase64String(key)}' >> {_settings.KnownHostsFile} (every copy is known by that line)"
        : Scan(key);

    private string Scan(byte[] key) => string.Create(CultureInfo.InvariantCulture,
        $"{Folder}ssh-keyscan -p {_port} -t {ShortTypeOf(KnownHosts.TypeOf(key))} {_settings.Host} >> {_settings.KnownHostsFile}");

    private string Folder => Path.GetDirectoryName(_settings.KnownHostsFile) is { Length: > 0 } folder && !Directory.Exists(folder)
        ? $"mkdir -p -m 700 {folder} && "
        : "";

    // Three ways to sign with one kind of key.
    private static string TypeOf(string algorithm) => algorithm is "rsa-sha2-512" or "rsa-sha2-256" ? "ssh-rsa" : algorithm;

    private static string ShortTypeOf(string type) => type.StartsWith("ecdsa-", StringComparison.Ordinal) ? "ecdsa"
        : type.StartsWith("ssh-", StringComparison.Ordinal) ? type[4..] : type;
}
