using Gantry.Engine.Plans;

namespace Gantry.Engine.Sources;

/// <summary>
/// Where git fetches from and how credentials get there (official-job-protocol §6.1). What git stores is
/// <see cref="Plain"/>; credentials live in <see cref="Rewrites"/> only. Holds secrets: its text shows none.
/// </summary>
internal sealed record GitRemote
{
    private const string User = "gitlab-ci-token";

    /// <summary>The address with credentials.</summary>
    public required string Url { get; init; }

    /// <summary>The address without credentials.</summary>
    public required string Plain { get; init; }

    /// <summary><c>scheme://host[:port]</c>; empty for local paths.</summary>
    public required string Origin { get; init; }

    /// <summary><c>url.BASE.insteadOf PREFIX</c> in order, without repetitions.</summary>
    public required IReadOnlyList<UrlRewrite> Rewrites { get; init; }

    /// <summary>The origin whose stored credentials are dropped afterwards; null for local paths and odd schemes.</summary>
    public string? RejectOrigin =>
        Origin.Split(':')[0] is "http" or "https" or "ssh" ? Origin : null;

    public static GitRemote Of(JobPlan plan)
    {
        var authenticated = !plan.Flags[KnownFlags.UrlsWithoutTokens];
        var server = new GitServer(
            plan.Variables.Get("CI_SERVER_HOST"), plan.Variables.Get("CI_SERVER_SHELL_SSH_HOST"), plan.Variables.Get("CI_SERVER_SHELL_SSH_PORT"));
        var request = new GitRemoteRequest
        {
            CloneUrl = plan.Runner.CloneUrl ?? "",
            RunnerUrl = plan.Runner.Url,
            RepoUrl = plan.Payload.GitInfo.RepoUrl,
            ProjectPath = plan.Variables.Get("CI_PROJECT_PATH"),
            Token = new Secret(plan.Payload.Token),
            Server = server,
            ForceHttps = plan.Settings.SubmoduleForceHttps,
            Authenticated = authenticated,
        };
        return Of(request);
    }

    public static GitRemote Of(GitRemoteRequest request)
    {
        var url = RemoteUrl(request);
        var parsed = UrlParts.TryParse(url, out var parts);
        var plain = parsed ? (parts with { User = null }).Text() : url;
        IEnumerable<UrlRewrite> own = request.Authenticated && plain != url ? [new UrlRewrite(url, plain)] : [];
        return new GitRemote
        {
            Url = url,
            Plain = plain,
            Origin = parsed ? parts.Origin : "",
            Rewrites = Once(own.Concat(InsteadOf(request))),
        };
    }

    /// <summary><c>clone_url</c> where it has a scheme, else the payload's address.</summary>
    public static string RemoteUrl(GitRemoteRequest request)
    {
        if (UrlParts.TryParse(request.CloneUrl, out var clone) && clone.Scheme.Length > 0)
        {
            var path = GuestPath.Join("/", clone.Path, request.ProjectPath + ".git");
            return (WithUser(clone, request) with { Path = path }).Text();
        }

        return request.Authenticated || !UrlParts.TryParse(request.RepoUrl, out var repo)
            ? request.RepoUrl
            : (repo with { User = null }).Text();
    }

    /// <summary>Rewrites for the server as a whole; repetitions are left in.</summary>
    public static IEnumerable<UrlRewrite> InsteadOf(GitRemoteRequest request)
    {
        var address = UrlParts.TryParse(request.CloneUrl, out var clone) && clone.Scheme.Length > 0 ? request.CloneUrl : request.RunnerUrl;
        if (UrlParts.TryParse(address, out var server) && server.Scheme is "http" or "https")
        {
            server = server with { User = null, Path = server.Path.TrimEnd('/') };
            var target = WithUser(server, request).Text();
            if (request.Authenticated)
            {
                yield return new UrlRewrite(target, server.Text());
            }

            foreach (var rewrite in request.ForceHttps ? OverSsh(request.Server, target) : [])
            {
                yield return rewrite;
            }
        }

        if (request.Authenticated && UrlParts.TryParse(request.RepoUrl, out var repo) && repo is { Scheme: "http" or "https", Host.Length: > 0 })
        {
            var origin = new UrlParts { Scheme = repo.Scheme, Host = repo.Host };
            yield return new UrlRewrite(WithUser(origin, request).Text(), origin.Text());
        }
    }

    /// <summary>Each pair once, in the order of their first appearance.</summary>
    public static IReadOnlyList<UrlRewrite> Once(IEnumerable<UrlRewrite> rewrites) => [.. rewrites.Distinct()];

    public override string ToString() => Plain;

    private static IEnumerable<UrlRewrite> OverSsh(GitServer server, string target) =>
        server.SshPort is "" or "22"
            ? [new(target + "/", $"git@{server.SshName}:"), new(target, $"ssh://git@{server.SshName}")]
            : [new(target, $"ssh://git@{server.SshName}:{server.SshPort}")];

    private static UrlParts WithUser(UrlParts url, GitRemoteRequest request) => url.Scheme switch
    {
        "http" or "https" => url with { User = request.Authenticated ? $"{User}:{request.Token.Reveal()}" : null },
        "ssh" => url with { User = url.User ?? "git" },
        _ => url,
    };
}

/// <summary>What the addresses are made of.</summary>
internal sealed record GitRemoteRequest
{
    public required string CloneUrl { get; init; }
    public required string RunnerUrl { get; init; }

    /// <summary>A secret: carries the job token.</summary>
    public required string RepoUrl { get; init; }

    public required string ProjectPath { get; init; }
    public required Secret Token { get; init; }
    public required GitServer Server { get; init; }
    public required bool ForceHttps { get; init; }
    public required bool Authenticated { get; init; }

    public override string ToString() => ProjectPath;
}

/// <summary>The instance's names for ssh.</summary>
internal sealed record GitServer(string Host, string SshHost, string SshPort)
{
    public string SshName => SshHost.Length > 0 ? SshHost : Host;
}

/// <param name="Base">What git asks instead; a secret.</param>
/// <param name="Prefix">What is replaced.</param>
internal sealed record UrlRewrite(string Base, string Prefix)
{
    public override string ToString() => Prefix;
}
