using Gantry.CommandLine;
using Gantry.Coordinator;

namespace Gantry.Commands;

/// <summary>The flags of <c>gantry server</c>.</summary>
internal sealed class ServerFlags
{
    private readonly FlagValue<string> _listen;
    private readonly FlagValue<string> _data;
    private readonly FlagValue<string> _external;
    private readonly FlagValue<string> _certificate;
    private readonly FlagValue<string> _key;
    private readonly FlagValue<bool> _noAuth;
    private readonly FlagValue<long> _traces;
    private readonly FlagValue<long> _artifacts;

    public ServerFlags(FlagSet flags)
    {
        _listen = flags.Text("listen", "address to listen on", "GANTRY_LISTEN", "127.0.0.1:8929");
        _data = flags.Text("data", "folder for the database, repositories, logs and artifacts", "GANTRY_DATA");
        _external = flags.Text("external-url", "address that users and runners reach", "GANTRY_EXTERNAL_URL");
        _certificate = flags.Text("tls-cert", "PEM file with the server's certificate and its chain: serves https", "GANTRY_TLS_CERT");
        _key = flags.Text("tls-key", "PEM file with the certificate's private key", "GANTRY_TLS_KEY");
        _noAuth = flags.Switch("no-auth", "pages without signing in, as the owner; on a loopback address only", "GANTRY_NO_AUTH");
        _traces = flags.Integer("max-trace-size", "largest job log in MiB", "GANTRY_MAX_TRACE_SIZE", 100);
        _artifacts = flags.Integer("max-artifact-size", "largest artifact in MiB", "GANTRY_MAX_ARTIFACT_SIZE", 100);
    }

    public string DataFolder(CommandContext context) => Path.GetFullPath(
        _data.Value.Length > 0 ? _data.Value : Path.Combine(context.Host.StateFolder, "server"), context.Host.WorkingFolder);

    public CoordinatorSettings Settings(CommandContext context) => new()
    {
        DataDirectory = DataFolder(context),
        ListenUrl = $"{(_certificate.Value.Length > 0 ? "https" : "http")}://{_listen.Value}",
        ExternalUrl = Given(_external),
        TlsCertificate = Given(_certificate) is { } certificate ? Path.GetFullPath(certificate, context.Host.WorkingFolder) : null,
        TlsKey = Given(_key) is { } key ? Path.GetFullPath(key, context.Host.WorkingFolder) : null,
        NoAuth = _noAuth.Value,
        TraceLimit = Mebibytes(_traces.Value, "--max-trace-size"),
        ArtifactLimit = Mebibytes(_artifacts.Value, "--max-artifact-size"),
        Clock = context.Time,
    };

    private static string? Given(FlagValue<string> flag) => flag.Value.Length > 0 ? flag.Value : null;

    private static long Mebibytes(long value, string flag) =>
        value is > 0 and < 1L << 40 ? value << 20 : throw new CommandException($"{flag} must be a positive number of MiB, not {value}");
}
