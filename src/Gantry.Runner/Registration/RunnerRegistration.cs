using Gantry.Engine;
using Gantry.Protocol.Runners;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Registration;

/// <summary>
/// The <c>register</c> command (official-cli-config §1.3.3): asks, registers or verifies, adds the entry to the file. A
/// runner that was made on the server and could not be saved is removed again.
/// </summary>
public sealed partial class RunnerRegistration(RegisterRequest request, Dialogue dialogue, RegistrationTools tools)
{
    private readonly ILogger _logger = tools.Logger;
    private readonly ConfigTable _entry = request.Runner;
    private Func<CancellationToken, Task>? _undo;
    private string _tags = request.TagList;
    private string _note = request.MaintenanceNote;

    /// <exception cref="RunnerCommandException">The command failed; the message is what the user reads.</exception>
    /// <exception cref="ConfigurationException">The file to add to is malformed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (request.AccessLevel is not ("" or "not_protected" or "ref_protected"))
        {
            throw new RunnerCommandException(
                "Given access-level is not valid. Refer to gitlab-runner register -h for the correct options.");
        }

        MergeTemplate();
        var file = ConfigFile.Open(request.ConfigPath);
        var systemId = SystemId.LoadOrCreate(request.ConfigPath);
        var done = false;
        try
        {
            await IdentifyAsync(file, systemId, cancellationToken);
            new ExecutorQuestions(dialogue, tools.Context.Version.Platform == "windows", _logger).Ask(_entry, request.Executors);
            WarnAboutLimits(file.Document.Table);
            _entry.Set("token_obtained_at", WholeSeconds(tools.Time.GetUtcNow()));
            file.AppendRunner(_entry);
            file.Save();
            done = true;
        }
        finally
        {
            if (!done)
            {
                await UndoAsync();
            }
        }

        Log.Registered(_logger);
        Log.Saved(_logger, request.ConfigPath);
    }

    /// <summary>
    /// Removes from the server what was made there, unless it is to be left. Also for a user who interrupts the dialogue: a
    /// question cannot be taken back. Thread-safe; the second call does nothing.
    /// </summary>
    public Task UndoAsync() => Interlocked.Exchange(ref _undo, null) is { } undo && !request.LeaveRunner
        ? undo(CancellationToken.None)
        : Task.CompletedTask;

    private void MergeTemplate()
    {
        if (string.IsNullOrEmpty(request.TemplatePath))
        {
            return;
        }

        Log.Merging(_logger, request.TemplatePath);
        try
        {
            TemplateMerge.Apply(_entry, request.TemplatePath);
        }
        catch (RunnerCommandException problem)
        {
            throw new RunnerCommandException($"Could not handle configuration merging from template file: {problem.Message}");
        }
    }

    private async Task IdentifyAsync(ConfigFile file, string systemId, CancellationToken cancellationToken)
    {
        _entry.Set("url", dialogue.Ask("url", "Enter the GitLab instance URL (for example, https://gitlab.com/):", _entry.Text("url")));
        var given = _entry.Text("token");
        if (given.Length > 0 && !TokenKinds.IsAuthenticationToken(new Secret(given)))
        {
            await VerifyLegacyAsync(systemId, cancellationToken);
            return;
        }

        var token = given.Length > 0
            ? given
            : dialogue.Ask("registration-token", "Enter the registration token:", request.RegistrationToken.Reveal());
        if (TokenKinds.IsAuthenticationToken(new Secret(token)))
        {
            _entry.Set("token", token);
            await VerifyAsync(file, systemId, byTokenFlag: given.Length > 0, cancellationToken);
        }
        else
        {
            await RegisterAsync(token, cancellationToken);
        }
    }

    private async Task VerifyLegacyAsync(string systemId, CancellationToken cancellationToken)
    {
        Log.Verifying(_logger);
        Log.WrongFlag(_logger);
        if (await Client(_entry.Text("token")).VerifyAsync(Identity(), systemId, cancellationToken) is not VerifyAnswer.Valid valid)
        {
            throw new RunnerCommandException("Failed to verify the runner. You may be having network problems.");
        }

        Adopt(valid.Id, _entry.Text("token"), valid.TokenExpiresAt);
    }

    private async Task RegisterAsync(string registrationToken, CancellationToken cancellationToken)
    {
        _entry.Set("name", dialogue.Ask("name", "Enter a description for the runner:", _entry.Text("name"), optional: true));
        _tags = dialogue.Ask("tag-list", "Enter tags for the runner (comma-separated):", _tags, optional: true);
        _note = dialogue.Ask("maintenance-note", "Enter optional maintenance note for the runner:", _note, optional: true);
        Log.Deprecated(_logger);
        var body = new RegisterRunnerRequest
        {
            Token = registrationToken,
            Info = RunnerIdentities.Unconfigured(tools.Context.Version),
            Description = NullIfEmpty(_entry.Text("name")),
            MaintenanceNote = NullIfEmpty(_note),
            TagList = NullIfEmpty(_tags),
            RunUntagged = request.RunUntagged || _tags.Length == 0,
            Locked = request.Locked,
            Paused = request.Paused,
            AccessLevel = NullIfEmpty(request.AccessLevel),
            MaximumTimeout = request.MaximumTimeout == 0 ? null : request.MaximumTimeout,
        };
        if (await Client(registrationToken).RegisterAsync(body, cancellationToken) is not RegisterAnswer.Registered made)
        {
            throw new RunnerCommandException("Failed to register the runner.");
        }

        Adopt(made.Id, made.Token.Reveal(), made.TokenExpiresAt);
        _undo = token => Client(made.Token.Reveal()).UnregisterAsync(token);
    }

    private async Task VerifyAsync(ConfigFile file, string systemId, bool byTokenFlag, CancellationToken cancellationToken)
    {
        var token = _entry.Text("token");
        if (file.Document.Table.Tables("runners").Any(r => r.Text("token") == token))
        {
            Log.AlreadyRegistered(_logger);
        }

        if (request.SetsServerOptions)
        {
            const string Options = "--locked, --access-level, --run-untagged, --maximum-timeout, --paused, --tag-list and --maintenance-note";
            if (byTokenFlag)
            {
                throw new RunnerCommandException(
                    $"Runner configuration other than name and executor configuration is reserved for the server ({Options}) "
                    + "when the runner has an authentication token. Set these on the server and leave the options out.");
            }

            Log.OptionsIgnored(_logger, Options);
        }

        if (await Client(token).VerifyAsync(Identity(), systemId, cancellationToken) is not VerifyAnswer.Valid { Id: > 0 } valid)
        {
            throw new RunnerCommandException("Failed to verify the runner.");
        }

        Adopt(valid.Id, token, valid.TokenExpiresAt);
        _undo = cancel => Client(token).UnregisterManagerAsync(systemId, cancel);
        _entry.Set("name", dialogue.Ask(
            "name", "Enter a name for the runner. This is stored only in the local config.toml file:", _entry.Text("name"), optional: true));
    }

    private void Adopt(long id, string token, DateTimeOffset? expiresAt)
    {
        _entry.Set("id", id);
        _entry.Set("token", token);
        if (expiresAt is { } expires)
        {
            _entry.Set("token_expires_at", expires);
        }
    }

    private GitLabClient Client(string token) => tools.Clients.For(new GitLabEndpoint
    {
        Url = _entry.Text("url"),
        Token = new Secret(token),
        TlsCaFile = NullIfEmpty(_entry.Text("tls-ca-file")),
        TlsCertFile = NullIfEmpty(_entry.Text("tls-cert-file")),
        TlsKeyFile = NullIfEmpty(_entry.Text("tls-key-file")),
        CertificatesFolder = tools.Context.CertificatesFolder,
    });

    private RunnerIdentity Identity() => RunnerIdentities.For(
        tools.Context.Version, _entry.Text("executor"), NullIfEmpty(_entry.Text("shell")), tools.Traits(_entry.Text("executor")),
        IdentityFacts.Empty with { Labels = _entry.TextMap("labels"), Gpus = _entry.TableOrEmpty("docker").Text("gpus") });

    private void WarnAboutLimits(ConfigTable document)
    {
        var concurrent = document.OptionalNumber("concurrent") ?? 1;
        if (_entry.Number("limit") > concurrent)
        {
            Log.LimitTooLarge(_logger, "limit", _entry.Number("limit"), concurrent);
        }

        if (_entry.Number("request_concurrency") > concurrent)
        {
            Log.LimitTooLarge(_logger, "request concurrency", _entry.Number("request_concurrency"), concurrent);
        }
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset);

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Merging configuration from template file \"{file}\"")]
        public static partial void Merging(ILogger logger, string file);

        [LoggerMessage(LogLevel.Information, "Token specified trying to verify runner...")]
        public static partial void Verifying(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "If you want to register use the '-r' instead of '-t'.")]
        public static partial void WrongFlag(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Registration tokens are deprecated since GitLab 15.6. Create the runner on the server and use its authentication token (glrt-...) with --token.")]
        public static partial void Deprecated(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "A runner with this system ID and token has already been registered.")]
        public static partial void AlreadyRegistered(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "An authentication token was given as registration token: {options} are ignored, the server keeps these settings.")]
        public static partial void OptionsIgnored(ILogger logger, string options);

        [LoggerMessage(LogLevel.Warning, "Specified {what} ({value}) larger than current concurrent limit ({concurrent}). Concurrent limit will not be enlarged.")]
        public static partial void LimitTooLarge(ILogger logger, string what, long value, long concurrent);

        [LoggerMessage(LogLevel.Information, "Runner registered successfully. Feel free to start it, but if it's running already the config should be automatically reloaded!")]
        public static partial void Registered(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Configuration (with the authentication token) was saved in \"{path}\"")]
        public static partial void Saved(ILogger logger, string path);
    }
}
