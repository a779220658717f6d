using System.Globalization;

namespace Gantry.Executors.Docker.Api;

/// <summary>Where an engine listens. Texts are those of <c>DOCKER_HOST</c> and of the <c>host</c> setting.</summary>
internal abstract record EngineEndpoint
{
    private EngineEndpoint() { }

    /// <summary><c>unix:///var/run/docker.sock</c></summary>
    public sealed record UnixSocket(string Path) : EngineEndpoint
    {
        public override string ToString() => "unix://" + Path;
    }

    /// <summary><c>npipe:////./pipe/docker_engine</c>; the name is <c>docker_engine</c>.</summary>
    public sealed record Pipe(string Name) : EngineEndpoint
    {
        public override string ToString() => "npipe:////./pipe/" + Name;
    }

    /// <summary><c>tcp://host:2376</c>, also written with <c>http</c> or <c>https</c>. Plain when <paramref name="Tls"/> is null.</summary>
    public sealed record Tcp(string Host, int Port, EngineTls? Tls) : EngineEndpoint
    {
        public override string ToString() => $"tcp://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
    }

    /// <summary>
    /// <c>ssh://user@host:22/run/docker.sock</c>: <c>docker system dial-stdio</c> run over there; the port is null for ssh's own
    /// default, the socket for docker's.
    /// </summary>
    public sealed record Ssh(string Host, string? User, int? Port, string? Socket) : EngineEndpoint
    {
        public override string ToString() =>
            $"ssh://{(User is null ? "" : User + "@")}{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}{(Port is { } p ? ":" + p.ToString(CultureInfo.InvariantCulture) : "")}{Socket}";
    }

    /// <summary>Whatever a tunnel leads to.</summary>
    public sealed record Tunnel(IEngineTunnel Through) : EngineEndpoint
    {
        public override string ToString() => Through.Name;
    }

    /// <summary>The engine of this machine.</summary>
    public static EngineEndpoint Default => OperatingSystem.IsWindows() ? new Pipe("docker_engine") : new UnixSocket("/var/run/docker.sock");

    /// <param name="host">Empty for the platform's own.</param>
    /// <param name="tls">Certificates for tcp; null for none.</param>
    /// <exception cref="FormatException">No such scheme, or a part is missing; the text says which.</exception>
    public static EngineEndpoint Parse(string host, EngineTls? tls)
    {
        if (string.IsNullOrWhiteSpace(host))
        {
            return Default;
        }

        var split = host.IndexOf("://", StringComparison.Ordinal);
        if (split < 0)
        {
            throw new FormatException($"unable to parse docker host `{host}`: expected a form such as unix:///var/run/docker.sock or tcp://10.0.0.2:2376");
        }

        var (scheme, rest) = (host[..split], host[(split + 3)..]);
        return scheme switch
        {
            "unix" => new UnixSocket(rest),
            "npipe" => new Pipe(rest.Split('/', '\\')[^1]),
            "tcp" or "http" or "https" => ParseTcp(host, rest, scheme == "https" ? tls ?? EngineTls.SystemRoots : tls),
            "ssh" => ParseSsh(host),
            _ => throw new FormatException($"unable to parse docker host `{host}`: the scheme {scheme} is none of unix, npipe, tcp, http, https, ssh"),
        };
    }

    private static Tcp ParseTcp(string host, string rest, EngineTls? tls)
    {
        if (!Uri.TryCreate("tcp://" + rest, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            throw new FormatException($"unable to parse docker host `{host}`: expected tcp://HOST:PORT");
        }

        return new Tcp(uri.IdnHost.Trim('[', ']'), uri.Port > 0 ? uri.Port : tls is null ? 2375 : 2376, tls);
    }

    private static Ssh ParseSsh(string host)
    {
        if (!Uri.TryCreate(host, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            throw new FormatException($"unable to parse docker host `{host}`: expected ssh://USER@HOST:PORT");
        }

        if (uri.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            throw new FormatException("unable to parse docker host: plain-text password is not supported in ssh://");
        }

        // A name that begins with a dash would be an option of ssh.
        if (uri.Host.StartsWith('-') || uri.UserInfo.StartsWith('-'))
        {
            throw new FormatException($"unable to parse docker host `{host}`: host and user must not begin with a dash");
        }

        var socket = uri.AbsolutePath.TrimEnd('/');
        if (socket.Length > 0 && !socket.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_'))
        {
            throw new FormatException($"unable to parse docker host `{host}`: the path must be that of a socket");
        }

        return new Ssh(uri.Host.Trim('[', ']'), uri.UserInfo.Length == 0 ? null : uri.UserInfo, uri.Port > 0 ? uri.Port : null, socket.Length == 0 ? null : socket);
    }
}

/// <summary>TLS of a tcp endpoint.</summary>
/// <param name="Folder">Holds <c>ca.pem</c>, <c>cert.pem</c>, <c>key.pem</c>; null trusts the system's roots and shows no certificate.</param>
/// <param name="Verify">Check the engine's certificate.</param>
internal sealed record EngineTls(string? Folder, bool Verify)
{
    public static readonly EngineTls SystemRoots = new(null, true);
}
