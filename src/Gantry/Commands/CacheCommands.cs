using Gantry.CommandLine;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Engine.Stages;
using Gantry.Runner.Transfers;

namespace Gantry.Commands;

/// <summary>The cache helpers that stage scripts call (official-cli-config §1.4.3, §1.4.4). Signed addresses come in the environment.</summary>
internal static class CacheCommands
{
    public static Command Archiver()
    {
        var flags = new FlagSet();
        var file = flags.Text("file", "the path to the cache archive");
        var alternate = flags.Text("alternate-file", "an older path of the same archive");
        var paths = flags.List("path", "add paths to archive");
        var exclude = flags.List("exclude", "exclude paths from the archive");
        var untracked = flags.Switch("untracked", "add git untracked files");
        var url = flags.Text("url", "signed address to upload to", CacheVariables.Url);
        var check = flags.Text("check-url", "signed address to ask whether the archive is there", CacheVariables.HeadUrl);
        var header = flags.List("header", "header of the upload, as name:value");
        var headers = flags.Text("headers", "headers of the upload, one per line", CacheVariables.Headers);
        var limit = flags.Integer("max-uploaded-archive-size", "limit in bytes; 0: none", CacheVariables.MaximumSize);
        var metadata = flags.Text("metadata", "JSON object kept with the archive", CacheVariables.Metadata);
        var format = flags.Text("compression-format", "zip, zipzstd, tarzstd", "CACHE_COMPRESSION_FORMAT");
        var level = flags.Text("compression-level", "fastest, fast, default, slow, slowest", "CACHE_COMPRESSION_LEVEL");
        var timeout = flags.Integer("timeout", "limit in minutes", initial: 10);
        return new Command("cache-archiver", "create a cache archive (internal)", flags, (context, cancellationToken) => TransferCommands.UseAsync(
            context,
            (tools, cancellation) => new CacheArchiver(tools).RunAsync(
                new CacheArchiveRequest
                {
                    File = Required(file, "--file"),
                    AlternateFile = alternate.Value,
                    Paths = paths,
                    Exclude = exclude,
                    Untracked = untracked.Value,
                    CompressionFormat = format.Value,
                    CompressionLevel = level.Value,
                    Workers = TransferCommands.Number(context, "FASTZIP_ARCHIVER_CONCURRENCY"),
                    Key = Key(metadata.Value),
                    Metadata = metadata.Value,
                    Remote = Address(url.Value, check.Value) is { } address
                        ? address with { Headers = Headers([.. header, .. headers.Value.Split('\n')]), MaximumSize = limit.Value }
                        : null,
                },
                cancellation),
            cancellationToken,
            TimeSpan.FromMinutes(timeout.Value)))
        { Hidden = true };
    }

    public static Command Extractor()
    {
        var flags = new FlagSet();
        var file = flags.Text("file", "the path to the cache archive");
        var url = flags.Text("url", "signed address to download from", CacheVariables.Url);
        var head = flags.Text("head-url", "signed address to ask for the age", CacheVariables.HeadUrl);
        var alternate = flags.Text("alternate-url", "signed address of the other name", CacheVariables.AlternateUrl);
        var alternateHead = flags.Text("alternate-head-url", "signed address to ask for the age of the other name", CacheVariables.AlternateHeadUrl);
        var metadata = flags.Text("metadata", "JSON object with the key", CacheVariables.Metadata);
        var wanted = flags.Text("wanted-key", "the key that this one stands in for", CacheVariables.WantedKey);
        var timeout = flags.Integer("timeout", "limit in minutes", initial: 10);
        return new Command("cache-extractor", "extract a cache archive (internal)", flags, (context, cancellationToken) => TransferCommands.UseAsync(
            context,
            (tools, cancellation) => new CacheExtractor(tools).RunAsync(
                new CacheExtractRequest
                {
                    File = Required(file, "--file"),
                    Remote = Address(url.Value, head.Value),
                    Alternate = Address(alternate.Value, alternateHead.Value),
                    Key = Key(metadata.Value),
                    WantedKey = wanted.Value,
                },
                cancellation),
            cancellationToken,
            TimeSpan.FromMinutes(timeout.Value)))
        { Hidden = true };
    }

    private static string Key(string metadata) => CacheArchiveRequest.KeyOf(metadata);

    private static CacheAddress? Address(string url, string head)
    {
        foreach (var one in new[] { url, head })
        {
            if (one.Length > 0 && !(Uri.TryCreate(one, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
            {
                throw new CommandException("a cache address is no http or https URL");
            }
        }

        return url.Length == 0 ? null : new CacheAddress { Url = new Secret(url), HeadUrl = new Secret(head) };
    }

    private static Dictionary<string, string> Headers(IEnumerable<string> lines)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Where(l => l.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                throw new CommandException($"the header \"{line}\" is not of the form name:value");
            }

            headers[line[..colon].Trim()] = line[(colon + 1)..].Trim();
        }

        return headers;
    }

    private static string Required(FlagValue<string> flag, string name) =>
        flag.Value.Length > 0 ? flag.Value : throw new CommandException($"{name} is needed");
}
