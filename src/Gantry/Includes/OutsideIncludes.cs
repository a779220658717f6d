using Gantry.Pipelines.Includes;

namespace Gantry.Includes;

/// <summary>
/// Includes of a local run from elsewhere: projects and components from their server's API, templates from GitLab's own
/// repository, addresses as they are. What the project itself has is found before anybody asks here.
/// </summary>
/// <param name="client">Reads and keeps.</param>
/// <param name="server">The project's server, without a trailing slash.</param>
/// <param name="own">The project under its own name; null where somebody else looks there first.</param>
internal sealed class OutsideIncludes(IncludeClient client, string server, OwnProject? own) : IIncludeSource
{
    private const string Templates = "https://gitlab.com/gitlab-org/gitlab/-/raw/master/lib/gitlab/ci/templates/";

    public async ValueTask<ProjectLookup> OpenProjectAsync(string path, string? reference, CancellationToken cancellationToken)
    {
        if (own is not null && own.Is(path))
        {
            return new ProjectLookup.Found(own.Path, own.Sha, own.Tree);
        }

        var project = ProjectUrl(server, path);
        if (await CommitAsync(project, reference ?? "HEAD", cancellationToken) is { } sha)
        {
            return new ProjectLookup.Found(path.Trim('/'), sha, new RemoteTree(client, project, sha));
        }

        return (await client.GetAsync(project, cancellationToken)).Text is null ? new ProjectLookup.ProjectMissing() : new ProjectLookup.ReferenceMissing();
    }

    /// <summary><c>host/group/project/name@version</c>.</summary>
    public async ValueTask<ComponentLookup> OpenComponentAsync(string address, CancellationToken cancellationToken)
    {
        var at = address.LastIndexOf('@');
        var parts = (at < 0 ? address : address[..at]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (at < 0 || parts.Length < 4)
        {
            return new ComponentLookup.Missing("content not found");
        }

        var path = string.Join('/', parts[1..^1]);
        if (own is not null && own.Is(path))
        {
            return new ComponentLookup.Found(own.Path, parts[^1], own.Sha, null, own.Tree);
        }

        var scheme = server.StartsWith("http://", StringComparison.Ordinal) && server.EndsWith("//" + parts[0], StringComparison.Ordinal) ? "http" : "https";
        var project = ProjectUrl($"{scheme}://{parts[0]}", path);
        var version = await VersionAsync(project, address[(at + 1)..], cancellationToken);
        return version is not null && await CommitAsync(project, version, cancellationToken) is { } sha
            ? new ComponentLookup.Found(path, parts[^1], sha, version, new RemoteTree(client, project, sha))
            : new ComponentLookup.Missing("project does not exist or you don't have sufficient permissions");
    }

    public async ValueTask<RemoteLookup> FetchAsync(string url, CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync(url, cancellationToken);
        return answer.Text is { } text ? new RemoteLookup.Found(text) : new RemoteLookup.Failed(answer.Problem);
    }

    public async ValueTask<string?> ReadTemplateAsync(string name, CancellationToken cancellationToken) =>
        name.Contains("..", StringComparison.Ordinal) ? null : (await client.GetAsync(Templates + name, cancellationToken)).Text;

    public ValueTask<string?> ReadArtifactAsync(string job, string path, CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);

    private static string ProjectUrl(string server, string path) => $"{server}/api/v4/projects/{Uri.EscapeDataString(path.Trim('/'))}";

    private async Task<string?> CommitAsync(string project, string reference, CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync($"{project}/repository/commits/{Uri.EscapeDataString(reference)}", cancellationToken);
        using var commit = answer.Json();
        return commit?.RootElement.GetProperty("id").GetString();
    }

    // ~latest is the latest release; 1 and 1.2 mean the newest tag that begins so.
    private async Task<string?> VersionAsync(string project, string version, CancellationToken cancellationToken)
    {
        if (version == "~latest")
        {
            var latest = await client.GetAsync($"{project}/releases/permalink/latest", cancellationToken);
            using var release = latest.Json();
            return release?.RootElement.GetProperty("tag_name").GetString();
        }

        if (!version.Split('.').All(part => part.Length > 0 && part.All(char.IsAsciiDigit)) || version.Split('.').Length > 2)
        {
            return version;
        }

        var tags = await client.GetAsync($"{project}/repository/tags?search=^{version}.&per_page=100", cancellationToken);
        using var list = tags.Json();
        return list?.RootElement.EnumerateArray().Select(tag => tag.GetProperty("name").GetString()!)
            .Where(name => name.StartsWith(version + ".", StringComparison.Ordinal) && Version.TryParse(name, out _))
            .MaxBy(name => Version.Parse(name)) ?? version;
    }
}

/// <summary>The project that is run, for includes that name it.</summary>
/// <param name="Path"><c>group/project</c>.</param>
/// <param name="Sha">Its commit.</param>
/// <param name="Tree">Its files.</param>
internal sealed record OwnProject(string Path, string Sha, IRepositoryTree Tree)
{
    public bool Is(string path) => string.Equals(path.Trim('/'), Path, StringComparison.OrdinalIgnoreCase);
}
