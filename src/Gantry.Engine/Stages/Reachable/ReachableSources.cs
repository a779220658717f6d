using System.Globalization;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Sources;
using Gantry.Engine.Sources.Mirrors;
using Gantry.Engine.Traces;
using Gantry.Protocol;

namespace Gantry.Engine.Stages.Reachable;

/// <summary>
/// get_sources by the runner (docs/adr/0010): mirror, checkout, hand over. Hooks of job and operator run inside the place, before
/// and after, as scripts of their own.
/// </summary>
internal sealed class ReachableSources(StageContext context, IJobEnvironment environment, IReachableWorkspace workspace, IJobLog log)
{
    private readonly JobPlan _plan = context.Plan;
    private readonly SourceContext _git = context.Git;

    /// <summary>False for wishes that only git inside the place can be given.</summary>
    public static bool Fits(StageContext context)
    {
        var (plan, settings) = (context.Plan, context.Plan.Settings);
        if (settings.Strategy is GitStrategy.None or GitStrategy.Empty)
        {
            return true;
        }

        return settings.Submodules is not null && !settings.SubmodulePathsAreBroken
            && HarmlessFlags.ForFetch(settings.FetchExtraFlags) && HarmlessFlags.ForSubmodules(settings.SubmoduleUpdateFlags)
            && plan.Payload.GitInfo.Sha.Length > 0 && plan.Payload.GitInfo.Sha.All(char.IsAsciiHexDigit)
            && plan.Payload.GitInfo.Refspecs.All(spec => !spec.StartsWith('-'));
    }

    /// <summary>The checkout that this job gets, where <see cref="Fits"/> holds and there is a strategy that wants one.</summary>
    public static SourceTreeRequest RequestOf(StageContext context, IReachableWorkspace workspace) => new()
    {
        Plan = context.Plan,
        Remote = context.Git.Remote,
        Open = workspace.TreesAreOpen,
        FetchFlags = [.. context.Plan.Settings.FetchExtraFlags.Where(flag => flag is not ("--prune" or "--quiet"))],
    };

    public async Task<StageOutcome> RunAsync(CancellationToken cancellationToken)
    {
        if (_plan.Settings.Strategy is GitStrategy.None or GitStrategy.Empty)
        {
            return await WithoutGitAsync(cancellationToken);
        }

        if (await HookAsync("pre_get_sources_script", "pre_clone_script", _plan.Runner.PreGetSourcesScript, configFirst: true, cancellationToken) is { } early)
        {
            return early;
        }

        try
        {
            await PlaceAsync(cancellationToken);
        }
        catch (GitException e)
        {
            return new StageOutcome.Failed(FailureReason.ScriptFailure, $"exit code {e.Code}", e.Code);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Broken($"the runner's folder for sources {workspace.StateFolder} cannot be used: {e.Message}", e);
        }

        return await HookAsync("post_get_sources_script", "post_clone_script", _plan.Runner.PostGetSourcesScript, configFirst: false, cancellationToken)
            ?? StageOutcome.Success;
    }

    private async Task<StageOutcome> WithoutGitAsync(CancellationToken cancellationToken)
    {
        log.Info(_plan.Settings.Strategy == GitStrategy.None
            ? "Skipping Git repository setup"
            : "Skipping Git repository setup and creating an empty build directory");
        log.Info("Skipping Git checkout");
        log.Info("Skipping Git submodules setup");
        await workspace.PlaceAsync([new PlacedTree { Target = _plan.Folders.Project }, new PlacedTree { Target = _plan.Folders.Temporary }], log, cancellationToken);
        return StageOutcome.Success;
    }

    private async Task PlaceAsync(CancellationToken cancellationToken)
    {
        var request = RequestOf(context, workspace);
        Announce(request);
        var git = new HostGit(log) { LendsKeys = workspace.LendsKeys, Config = [.. Rewrites(), .. await TlsAsync(cancellationToken)] };
        var tree = await new PristineTrees(workspace.StateFolder, log).GetAsync(git, request, cancellationToken);
        var info = _plan.Payload.GitInfo;
        log.Info(_plan.Settings.Checkout
            ? $"Checking out {(info.Sha.Length > 8 ? info.Sha[..8] : info.Sha)} as detached HEAD (ref is {info.Ref})..."
            : "Skipping Git checkout");
        if (!request.HasSubmodules)
        {
            log.Info("Skipping Git submodules setup");
        }

        await workspace.PlaceAsync(
        [
            new PlacedTree { Source = tree, Target = _plan.Folders.Project, SharedAs = request.Key },
            new PlacedTree
            {
                Target = _plan.Folders.Temporary,
                Files = new Dictionary<string, ReadOnlyMemory<byte>>
                {
                    [GuestPath.Relative(_plan.Folders.Temporary, request.ExternalConfig)!] = Encoding.UTF8.GetBytes(ExternalConfig.Text(_git)),
                },
            },
        ], log, cancellationToken);
    }

    private void Announce(SourceTreeRequest request)
    {
        if (context.CorrelationId is { Length: > 0 } id && _plan.Flags[KnownFlags.GitalyCorrelation])
        {
            log.Info($"Gitaly correlation ID: {id}");
        }

        log.Info(request.Depth > 0
            ? string.Create(CultureInfo.InvariantCulture, $"Fetching changes with git depth set to {request.Depth}...")
            : "Fetching changes...");
    }

    /// <summary>The job's token for this server, in git's environment only.</summary>
    private IEnumerable<(string Key, string Value)> Rewrites()
    {
        // Before the headers of single addresses: git takes a general one after them for less fitting, and leaves it out.
        if (context.CorrelationId is { Length: > 0 } id && _plan.Flags[KnownFlags.GitalyCorrelation])
        {
            yield return ("http.extraHeader", $"X-Gitaly-Correlation-ID: {id}");
        }

        foreach (var credential in HostCredentials.Of(_git.Remote))
        {
            yield return credential;
        }

        if (_plan.Flags[KnownFlags.UrlsWithoutTokens] && _git.Remote.Origin.StartsWith("http", StringComparison.Ordinal))
        {
            yield return HostCredentials.Header(_git.Remote.Origin, $"gitlab-ci-token:{_plan.Payload.Token}");
        }

        var version = _plan.Runner.Version;
        yield return ("http.userAgent", $"{version.Name} {version.Version} {version.Platform}/{version.Architecture}");
    }

    /// <summary>The server's certificates as files beside the mirrors: git takes paths only. They are public but for the key.</summary>
    private async Task<IReadOnlyList<(string Key, string Value)>> TlsAsync(CancellationToken cancellationToken)
    {
        var settings = new List<(string, string)>();
        foreach (var (key, variable) in _git.TlsSettings)
        {
            var folder = Path.Combine(workspace.StateFolder, "tls");
            Directory.CreateDirectory(folder);
            var content = _plan.Variables.Content(variable)!;
            var path = Path.Combine(folder, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, 16)) + ".pem");
            if (!File.Exists(path))
            {
                await WritePrivateAsync(path, Encoding.UTF8.GetBytes(content), cancellationToken);
            }

            settings.Add((key, path));
        }

        return settings;
    }

    private static async Task WritePrivateAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var fresh = $"{path}.{Guid.NewGuid():n}";
        await using (var file = new FileStream(fresh, options))
        {
            await file.WriteAsync(content, cancellationToken);
        }

        File.Move(fresh, path, overwrite: true);
    }

    private async Task<StageOutcome?> HookAsync(string name, string section, string? configured, bool configFirst, CancellationToken cancellationToken)
    {
        var own = string.IsNullOrEmpty(configured) ? [] : new[] { configured };
        var job = _plan.Payload.Hooks.Where(hook => hook.Name == name).SelectMany(hook => hook.Script);
        var lines = (configFirst ? own.Concat(job) : job.Concat(own)).ToList();
        if (lines.Count == 0)
        {
            return null;
        }

        var script = context.NewScript();
        if (!configFirst)
        {
            script.ChangeFolder(_plan.Folders.Project);
        }

        script.UserScript(lines, section);
        var text = context.Shell.Render(script.Statements, context.Options);
        var exit = await environment.RunAsync(new StageScript("get_sources", text, StagePlace.Helper), log, cancellationToken);
        return exit.Code == 0 ? null : new StageOutcome.Failed(FailureReason.ScriptFailure, exit.Text, exit.Code);
    }
}
