using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Protocol;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace Gantry.Executors.Ssh;

/// <summary>The one connection of a job. Thread-safe.</summary>
internal sealed class SshConnection : IDisposable
{
    private const string Prefix = "ssh command Connect() error: ";
    private const string Dial = Prefix + "ssh Dial() error: ";
    private const string Handshake = Dial + "ssh: handshake failed: ";

    /// <summary>For the connection, each answer of the server while it is made, and the opening of a session.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private readonly PrivateKeyFile? _key;

    private Exception? _cause;

    private SshConnection(SshClient client, PrivateKeyFile? key, string name)
    {
        (Client, _key, Name) = (client, key, name);
        // What comes to a caller later is only that there is no connection.
        client.ErrorOccurred += (_, error) => Interlocked.CompareExchange(ref _cause, error.Exception, null);
    }

    public SshClient Client { get; }

    /// <summary>The server, for messages.</summary>
    public string Name { get; }

    public bool IsLost => !Client.IsConnected;

    /// <exception cref="EnvironmentException">The settings are wrong, nobody answers, somebody else answers, or we are not let in.</exception>
    public static async Task<SshConnection> OpenAsync(SshSettings settings, CancellationToken cancellationToken)
    {
        var port = settings.PortNumber ?? throw EnvironmentException.Misconfigured(settings.PortProblem!);
        var key = ReadKey(settings);
        SshClient? client = null;
        try
        {
            var (check, connection) = Plan(settings, port, key);
            client = new SshClient(connection) { KeepAliveInterval = settings.KeepAlive };
            using (var call = settings.Entrance?.Begin())
            {
                client.HostKeyReceived += (_, shown) => Judge(shown, check, settings.Entrance, call);
                await ConnectAsync(client, check, settings, call, cancellationToken);
            }

            Keep(check, settings);
            var open = new SshConnection(client, key, KnownHosts.NameOf(settings.Host, port));
            (client, key) = (null, null);
            return open;
        }
        finally
        {
            client?.Dispose();
            key?.Dispose();
        }
    }

    /// <summary>A connection that does not do what it should.</summary>
    public EnvironmentException Broken(Exception why)
    {
        var cause = Volatile.Read(ref _cause) ?? why;
        return EnvironmentException.Broken($"the connection to {Name} broke: {cause.Message}", cause);
    }

    /// <summary>Whether an attempt may end otherwise on a machine that is still starting: nobody answers, or nobody is let in yet.</summary>
    public static bool MayPass(EnvironmentException problem) => problem.Retriable || problem.InnerException is SshAuthenticationException;

    /// <summary>The exceptions by which the library tells of a connection that does not do what it should.</summary>
    public static bool IsBreak(Exception e) => e is SshException or SocketException or ObjectDisposedException or InvalidOperationException or IOException;

    public void Dispose()
    {
        Client.Dispose();
        _key?.Dispose();
    }

    private static PrivateKeyFile? ReadKey(SshSettings settings)
    {
        if (!settings.IdentityKey.IsEmpty)
        {
            return ReadKey("key that was given", () => new MemoryStream(Encoding.UTF8.GetBytes(settings.IdentityKey.Reveal())));
        }

        return settings.IdentityFile is { Length: > 0 } path ? ReadKey($"{settings.KeyName} {path}", () => File.OpenRead(path)) : null;
    }

    private static PrivateKeyFile ReadKey(string name, Func<Stream> open)
    {
        const string What = Prefix + "getting SSH authentication methods: ";
        try
        {
            using var text = open();
            return new PrivateKeyFile(text);
        }
        catch (SshPassPhraseNullOrEmptyException)
        {
            throw EnvironmentException.Misconfigured(
                $"{What}the {name} is encrypted, and nobody is there to type its passphrase: "
                + "make a key of the runner's own without one (ssh-keygen -t ed25519 -N '' -f FILE), readable by the runner's user only");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Misconfigured($"{What}the {name} cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is SshException or NotSupportedException or FormatException or ArgumentException)
        {
            throw EnvironmentException.Misconfigured(
                $"{What}the {name} is no private key that can be used ({e.Message}): OpenSSH and PEM keys of the kinds ed25519, ecdsa and rsa are");
        }
    }

    private static (HostKeyCheck Check, ConnectionInfo Connection) Plan(SshSettings settings, int port, PrivateKeyFile? key)
    {
        var methods = new List<AuthenticationMethod>();
        if (key is not null)
        {
            methods.Add(new PrivateKeyAuthenticationMethod(settings.User, key));
        }

        if (!settings.Password.IsEmpty)
        {
            methods.Add(new PasswordAuthenticationMethod(settings.User, settings.Password.Reveal()));
        }

        if (methods.Count == 0)
        {
            methods.Add(new NoneAuthenticationMethod(settings.User));
        }

        try
        {
            var check = HostKeyCheck.For(settings, port);
            var (host, entrance) = settings.Entrance is { } own ? (SshPassage.Loopback, own.Port) : (settings.Host, port);
            var connection = new ConnectionInfo(host, entrance, settings.User, [.. methods]) { Timeout = AnswerLimit };
            check.Prefer(connection);
            return (check, connection);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Misconfigured($"{Prefix}getting host key callback: {settings.KnownHostsFile} cannot be read: {e.Message}");
        }
    }

    /// <summary>Before anything of ours is said: whoever answers must be at the end of the way, not somebody who took its port.</summary>
    private static void Judge(HostKeyEventArgs shown, HostKeyCheck check, IEntrance? entrance, IEntranceCall? call)
    {
        if (entrance?.Loss is null && call?.Arrived != false)
        {
            check.Judge(shown);
        }
        else
        {
            shown.CanTrust = false;
        }
    }

    private static async Task ConnectAsync(
        SshClient client, HostKeyCheck check, SshSettings settings, IEntranceCall? call, CancellationToken cancellationToken)
    {
        var where = $"{settings.Host}:{settings.Port}";
        try
        {
            await client.ConnectAsync(cancellationToken);
        }
        catch (Exception e) when (e is SshException or SocketException && settings.Entrance?.Loss is { } loss)
        {
            throw EnvironmentException.Broken($"{Dial}{where}: {loss}", e);
        }
        catch (SshException) when (check.Problem is { } problem)
        {
            throw EnvironmentException.Misconfigured($"{Handshake}{problem}");
        }
        catch (SshAuthenticationException refused)
        {
            throw new EnvironmentException(
                FailureReason.RunnerConfigurationError,
                $"{Handshake}ssh: unable to authenticate, attempted methods [{Methods(settings)}]: {refused.Message} {Advice(settings)}",
                retriable: false, refused);
        }
        catch (SocketException e)
        {
            throw EnvironmentException.Broken(
                $"{Dial}dial tcp {where}: {e.Message}. Is the host up, does an ssh server listen there, and is no firewall between?", e);
        }
        catch (SshException e)
        {
            throw EnvironmentException.Broken($"{Dial}{where}: {e.Message}{(call is { Arrived: false } ? NotThrough(settings.Entrance!) : "")}", e);
        }
    }

    private static void Keep(HostKeyCheck check, SshSettings settings)
    {
        try
        {
            check.Keep();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Misconfigured($"{Prefix}the key of {settings.Host} cannot be kept in {settings.KnownHostsFile}: {e.Message}");
        }

        if (check.Problem is { } problem)
        {
            throw EnvironmentException.Misconfigured($"{Handshake}{problem}");
        }
    }

    private static string NotThrough(IEntrance entrance) => string.Create(
        CultureInfo.InvariantCulture, $" (the runner's connection was not let in at port {entrance.Port} of this computer, or another program answers there)");

    private static string Methods(SshSettings settings) =>
        "none" + (settings.IdentityFile.Length > 0 || !settings.IdentityKey.IsEmpty ? " publickey" : "") + (settings.Password.IsEmpty ? "" : " password");

    private static string Advice(SshSettings settings) => settings.IdentityFile.Length > 0
        ? settings.CopyOf is { } original
            ? $"Let the key in on {original}: its public part belongs into ~/.ssh/authorized_keys of {settings.User} there; then remove the copies that were made before"
            : $"Let the key in with: ssh-copy-id -i {settings.IdentityFile} -p {settings.Port} {settings.User}@{settings.Host}"
        : settings.Password.IsEmpty
            ? settings.IdentityKey.IsEmpty
                ? $"Neither {settings.KeyName} nor password is set in {settings.Table}: set one of them"
                : $"The key that was given for it is not that of {settings.User} there"
            : $"Check user and password of {settings.Table}, and whether the server lets {settings.User} in by password, or set {settings.KeyName}";
}
