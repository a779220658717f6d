using System.Globalization;
using Gantry.CommandLine;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Runner.Links;
using Gantry.Runner.Transfers;
using Microsoft.Extensions.Logging;

namespace Gantry.Commands;

/// <summary>The helper commands that stage scripts call (official-cli-config §1.4): same names, flags and variables.</summary>
internal static class TransferCommands
{
    public static Command Uploader()
    {
        var flags = new FlagSet();
        var server = new ServerFlags(flags);
        var paths = flags.List("path", "add paths to archive");
        var exclude = flags.List("exclude", "exclude paths from the archive");
        var untracked = flags.Switch("untracked", "add git untracked files");
        var name = flags.Text("name", "the name of the archive", initial: "artifacts");
        var expire = flags.Text("expire-in", "when to expire artifacts");
        var format = flags.Text("artifact-format", "format of the artifact: zip, gzip, raw, zipzstd, tarzstd");
        var type = flags.Text("artifact-type", "type of the artifact");
        var level = flags.Text("compression-level", "fastest, fast, default, slow, slowest", "ARTIFACT_COMPRESSION_LEVEL");
        var timeout = flags.Duration("timeout", "limit for the whole upload", initial: TimeSpan.FromHours(1));
        var provenance = new ProvenanceFlags(flags);
        var answer = flags.Duration("response-header-timeout", "limit for the server's answer", initial: TimeSpan.FromMinutes(10));
        return new Command("artifacts-uploader", "create and upload build artifacts (internal)", flags, (context, cancellationToken) => UseAsync(
            context,
            async (tools, cancellation) =>
            {
                using var clients = Clients(context);
                await new ArtifactsUploader(tools, server.Job(context, clients)).RunAsync(
                    new UploadRequest
                    {
                        Paths = paths,
                        Exclude = exclude,
                        Untracked = untracked.Value,
                        Name = name.Value,
                        ExpireIn = expire.Value,
                        Format = format.Value,
                        Type = type.Value,
                        CompressionLevel = level.Value,
                        Provenance = provenance.Request(context, server),
                        Workers = Number(context, "FASTZIP_ARCHIVER_CONCURRENCY"),
                        Timeout = timeout.Value,
                        ResponseHeaderTimeout = answer.Value,
                    },
                    cancellation);
            },
            cancellationToken))
        { Hidden = true };
    }

    public static Command Downloader()
    {
        var flags = new FlagSet();
        var server = new ServerFlags(flags);
        var retry = flags.Integer("retry", "how many times to try again", initial: 2);
        var direct = flags.Switch("direct-download", "ask for the object store's address first", "FF_USE_DIRECT_DOWNLOAD");
        var staging = flags.Text("archiver-staging-dir", "folder for the archive while it is unpacked", "ARCHIVER_STAGING_DIR");
        return new Command("artifacts-downloader", "download and extract build artifacts (internal)", flags, (context, cancellationToken) => UseAsync(
            context,
            async (tools, cancellation) =>
            {
                using var clients = Clients(context);
                await new ArtifactsDownloader(tools, server.Job(context, clients)).RunAsync(
                    server.Token, (int)Math.Clamp(retry.Value, 0, 100), direct.Value,
                    staging.Value.Length > 0 ? staging.Value : Path.GetTempPath(), cancellation);
            },
            cancellationToken))
        { Hidden = true };
    }

    /// <summary>A setting in the environment; 0 when it is unset or no number.</summary>
    internal static int Number(CommandContext context, string variable) =>
        int.TryParse(context.Environment.GetValueOrDefault(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, 256) : 0;

    private static TransferMeterSettings? Meter(CommandContext context) =>
        GoDuration.TryParse(context.Environment.GetValueOrDefault("TRANSFER_METER_FREQUENCY") ?? "", out var every) && every > TimeSpan.Zero
            ? new TransferMeterSettings(every, text =>
            {
                context.Terminal.Output.Write(text);
                context.Terminal.Output.Flush();
            })
            : null;

    private static GitLabClients Clients(CommandContext context) =>
        new(context.Host.Version, context.Time, LoggerFactory.Create(_ => { }).CreateLogger<GitLabClient>());

    /// <summary>Runs one helper and turns its complaints into this program's.</summary>
    internal static async Task<int> UseAsync(
        CommandContext context, Func<TransferTools, CancellationToken, Task> use, CancellationToken cancellationToken, TimeSpan? limit = null)
    {
        using var http = new ServiceHttp(context.Time);
        var tools = new TransferTools
        {
            WorkingFolder = context.Host.WorkingFolder,
            Environment = context.Environment,
            Time = context.Time,
            Http = http,
            ExtractionWorkers = Number(context, "FASTZIP_EXTRACTOR_CONCURRENCY"),
            Meter = Meter(context),
            Logger = context.Loggers.CreateLogger("Gantry.Runner.Transfers"),
        };
        using var timeout = new CancellationTokenSource(limit is { Ticks: > 0 } span ? span : Timeout.InfiniteTimeSpan, context.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await use(tools, both.Token);
            return 0;
        }
        catch (TransferException error)
        {
            throw new CommandException(error.Message);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new CommandException($"timed out after {limit}");
        }
    }

    /// <summary>Where the artifacts go: the flags that all of these commands have.</summary>
    internal sealed class ServerFlags(FlagSet flags)
    {
        private readonly FlagValue<string> _url = flags.Text("url, u", "URL of the instance", "CI_SERVER_URL");
        private readonly FlagValue<string> _token = flags.Text("token, t", "job token", "CI_JOB_TOKEN");
        private readonly FlagValue<long> _id = flags.Integer("id", "job number", "CI_JOB_ID");
        private readonly FlagValue<string> _ca = flags.Text("tls-ca-file", "file with the certificate authorities", "CI_SERVER_TLS_CA_FILE");
        private readonly FlagValue<string> _certificate = flags.Text("tls-cert-file", "file with the client certificate", "CI_SERVER_TLS_CERT_FILE");
        private readonly FlagValue<string> _key = flags.Text("tls-key-file", "file with the client key", "CI_SERVER_TLS_KEY_FILE");

        public long Id => _id.Value;

        public Secret Token => new(_token.Value);

        public TransferJob Job(CommandContext context, GitLabClients clients)
        {
            if (_url.Value.Length == 0 || _token.Value.Length == 0 || _id.Value <= 0)
            {
                throw new CommandException("Missing runner credentials: --url, --token and --id are needed");
            }

            var client = clients.For(new GitLabEndpoint
            {
                Url = _url.Value,
                Token = Token,
                TlsCaFile = Given(_ca),
                TlsCertFile = Given(_certificate),
                TlsKeyFile = Given(_key),
                CertificatesFolder = Path.Combine(context.Host.ConfigurationFolder, "certs"),
            });
            var link = new GitLabJobLink(client, _id.Value, Token, new(), LoggerFactory.Create(_ => { }).CreateLogger<GitLabJobLink>());
            return new TransferJob(_id.Value, ShortToken.Of(_token.Value), link);
        }

        private static string? Given(FlagValue<string> flag) => flag.Value.Length > 0 ? flag.Value : null;
    }
}
