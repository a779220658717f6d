using System.Text;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Runner.Links;

namespace Gantry.Runner.Configuration;

/// <summary>From a checked file to settings: defaults, expansion of <c>url</c> and <c>token</c>, labels (official-cli-config §2.2).</summary>
public static class SettingsReader
{
    /// <summary>Reads the file and the system id beside it, which is made when there is none.</summary>
    /// <exception cref="ConfigurationException">Everything that is wrong with the file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static RunnerDaemonSettings Load(string path, SettingsContext context) =>
        Build(ConfigReader.Read(path), SystemId.LoadOrCreate(path), context);

    /// <exception cref="ConfigurationException">Labels or machine options that break a rule.</exception>
    public static RunnerDaemonSettings Build(ConfigDocument document, string systemId, SettingsContext context)
    {
        var table = document.Table;
        var problems = ConfigRules.Check(document);
        if (problems.Count > 0)
        {
            throw new ConfigurationException(problems);
        }

        var connectionMaxAge = table.Duration("connection_max_age") ?? TimeSpan.FromMinutes(15);
        var global = table.TextMap("labels");
        return new RunnerDaemonSettings
        {
            Path = document.Path,
            WrittenAt = document.WrittenAt,
            Concurrent = (int)(table.OptionalNumber("concurrent") ?? 1),
            CheckInterval = Positive(table.Number("check_interval")) ?? TimeSpan.FromSeconds(3),
            LogLevel = table.OptionalText("log_level"),
            LogFormat = table.OptionalText("log_format"),
            SentryDsn = new Secret(table.OptionalText("sentry_dsn") ?? context.Environment("SENTRY_DSN") ?? ""),
            ListenAddress = table.Text("listen_address"),
            SessionServer = Session(table.TableOrEmpty("session_server")),
            ConnectionMaxAge = connectionMaxAge,
            ShutdownTimeout = Positive(table.Number("shutdown_timeout")) ?? TimeSpan.FromSeconds(30),
            MachineDrain = MachineSettingsReader.ReadDrain(table.TableOrEmpty("machine").TableOrEmpty("shutdown_drain")),
            SystemId = systemId,
            Runners = [.. table.Tables("runners").Select((runner, index) => Entry(runner, index, global, systemId, connectionMaxAge, context))],
            Document = document,
        };
    }

    /// <summary>Settings of one entry that stands in no file.</summary>
    /// <exception cref="ConfigurationException">Labels or machine options that break a rule.</exception>
    public static RunnerDaemonSettings OfEntry(ConfigTable entry, string systemId, SettingsContext context)
    {
        var document = ConfigReader.Parse("", "(command line)");
        document.Table.Set("runners", (List<ConfigTable>)[entry]);
        return Build(document, systemId, context);
    }

    /// <summary>
    /// Go's os.Expand: <c>$NAME</c> and <c>${NAME}</c>; what is not set becomes empty; there is no escape.
    /// </summary>
    internal static string Expand(string text, Func<string, string?> environment)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            var (name, length) = NameAt(text.AsSpan(i + 1));
            if (length == 0)
            {
                result.Append('$');
            }
            else
            {
                result.Append(name.Length > 0 ? environment(name) : null);
                i += length;
            }
        }

        return result.ToString();
    }

    private static (string Name, int Length) NameAt(ReadOnlySpan<char> rest)
    {
        if (rest[0] == '{')
        {
            var end = rest.IndexOf('}');
            return end < 0 ? ("", 1) : (rest[1..end].ToString(), end + 1);
        }

        if (rest[0] is '*' or '#' or '$' or '@' or '!' or '?' or '-' or (>= '0' and <= '9'))
        {
            return (rest[..1].ToString(), 1);
        }

        var length = 0;
        while (length < rest.Length && (rest[length] == '_' || char.IsAsciiLetterOrDigit(rest[length])))
        {
            length++;
        }

        return (rest[..length].ToString(), length);
    }

    private static SessionServerSettings Session(ConfigTable table) => new()
    {
        ListenAddress = table.Text("listen_address"),
        AdvertiseAddress = table.Text("advertise_address"),
        SessionTimeout = Positive(table.Number("session_timeout")) ?? TimeSpan.FromSeconds(1800),
    };

    private static RunnerEntry Entry(
        ConfigTable table, int index, IReadOnlyDictionary<string, string> global, string systemId, TimeSpan connectionMaxAge, SettingsContext context)
    {
        var url = Expand(table.Text("url"), context.Environment);
        var token = new Secret(Expand(table.Text("token"), context.Environment));
        var endpoint = new GitLabEndpoint
        {
            Url = url,
            Token = token,
            TlsCaFile = NullIfEmpty(table.Text("tls-ca-file")),
            TlsCertFile = NullIfEmpty(table.Text("tls-cert-file")),
            TlsKeyFile = NullIfEmpty(table.Text("tls-key-file")),
            CertificatesFolder = context.CertificatesFolder,
            ConnectionMaxAge = connectionMaxAge,
        };
        return new RunnerEntry
        {
            Index = index,
            Table = table,
            Settings = Settings(table, endpoint, systemId, context),
            Endpoint = endpoint,
            Limit = (int)table.Number("limit"),
            RequestConcurrency = (int)Math.Max(1, table.Number("request_concurrency")),
            StrictCheckInterval = table.Boolean("strict_check_interval"),
            UnhealthyRequestsLimit = table.Number("unhealthy_requests_limit") is >= 1 and var limit ? (int)limit : 3,
            UnhealthyInterval = table.Duration("unhealthy_interval") is { } interval && interval > TimeSpan.Zero ? interval : TimeSpan.FromMinutes(60),
            Cache = CacheSettingsReader.Read(table.TableOrEmpty("cache")),
            Labels = MergeLabels(global, table.TextMap("labels")),
            TokenObtainedAt = table.Date("token_obtained_at"),
            TokenExpiresAt = table.Date("token_expires_at"),
        };
    }

    private static RunnerSettings Settings(ConfigTable table, GitLabEndpoint endpoint, string systemId, SettingsContext context)
    {
        var tls = TlsFiles.Find(endpoint);
        var custom = table.TableOrEmpty("custom");
        return new RunnerSettings
        {
            Name = table.Text("name"),
            Url = endpoint.Url,
            Token = endpoint.Token,
            ShortToken = ShortToken.Of(endpoint.Token.Reveal()),
            Id = table.Number("id"),
            SystemId = systemId,
            Executor = table.Text("executor"),
            Shell = NullIfEmpty(table.Text("shell")),
            BuildsFolder = NullIfEmpty(table.Text("builds_dir")),
            CacheFolder = NullIfEmpty(table.Text("cache_dir")),
            CloneUrl = NullIfEmpty(table.Text("clone_url")),
            Environment = [.. table.TextList("environment").Where(e => e.Contains('=', StringComparison.Ordinal))],
            FeatureFlags = table.BooleanMap("feature_flags"),
            PreGetSourcesScript = NullIfEmpty(table.Text("pre_get_sources_script")),
            PostGetSourcesScript = NullIfEmpty(table.Text("post_get_sources_script")),
            PreBuildScript = NullIfEmpty(table.Text("pre_build_script")),
            PostBuildScript = NullIfEmpty(table.Text("post_build_script")),
            CustomBuildDirEnabled = table.TableOrEmpty("custom_build_dir").OptionalBoolean("enabled"),
            SafeDirectoryCheckout = table.OptionalBoolean("safe_directory_checkout"),
            CleanGitConfig = table.OptionalBoolean("clean_git_config"),
            DebugTraceDisabled = table.Boolean("debug_trace_disabled"),
            OutputLimitKiB = table.Number("output_limit"),
            OutputTailKiB = Math.Clamp(table.Number("output_limit_tail"), 0, 64 * 1024),
            PrepareTimeout = PositiveOrNull(table.Duration("prepare_timeout")),
            GetSourcesTimeout = PositiveOrNull(table.Duration("get_sources_timeout")),
            GracefulKillTimeout = Positive(custom.Number("graceful_kill_timeout")) ?? TimeSpan.FromMinutes(10),
            ForceKillTimeout = Positive(custom.Number("force_kill_timeout")) ?? TimeSpan.FromSeconds(10),
            FinalUpdateRetryLimit = table.Number("job_status_final_update_retry_limit") is >= 1 and var tries ? (int)tries : 10,
            TlsCaFile = tls.CaFile,
            TlsCertFile = tls.CertFile,
            TlsKeyFile = tls.KeyFile,
            Artifact = Artifact(table.TableOrEmpty("artifact")),
            HostName = context.HostName,
            ExecutablePath = context.ExecutablePath,
            Version = context.Version,
        };
    }

    private static ArtifactSettings Artifact(ConfigTable table)
    {
        var defaults = new ArtifactSettings();
        return new ArtifactSettings
        {
            UploadTimeout = table.Duration("upload_timeout") ?? defaults.UploadTimeout,
            ResponseHeaderTimeout = table.Duration("response_header_timeout") ?? defaults.ResponseHeaderTimeout,
        };
    }

    internal static Dictionary<string, string> MergeLabels(IReadOnlyDictionary<string, string> global, IReadOnlyDictionary<string, string> own)
    {
        var merged = new Dictionary<string, string>(global, StringComparer.Ordinal);
        foreach (var (key, value) in own)
        {
            merged[key] = value;
        }

        return merged;
    }

    private static TimeSpan? Positive(long seconds) => seconds > 0 ? TimeSpan.FromSeconds(seconds) : null;

    private static TimeSpan? PositiveOrNull(TimeSpan? value) => value > TimeSpan.Zero ? value : null;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
