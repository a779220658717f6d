using Gantry.Coordinator.Access;
using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Includes;

namespace Gantry.Coordinator.Creation;

/// <summary>
/// Where includes come from on this server: its own projects, read with the rights of the pipeline's user. Addresses of other
/// servers are not fetched: a configuration that anybody may push must not make the server call into its network.
/// </summary>
internal sealed class ProjectIncludes(Database database, Repositories repositories, Caller caller) : IIncludeSource
{
    // A configuration out of an archive is text; more than this is not meant to be one.
    private const long LargestFile = 1024 * 1024;

    /// <summary>The bridge of a child pipeline; null for a root.</summary>
    public JobRow? Parent { get; init; }

    /// <summary>Where the parent's artifacts lie; null where none are asked for.</summary>
    public ArtifactFiles? Artifacts { get; init; }

    /// <summary>Asked for what this server does not have; null: there is nothing else.</summary>
    public IIncludeSource? Elsewhere { get; init; }

    public async ValueTask<ProjectLookup> OpenProjectAsync(string path, string? reference, CancellationToken cancellationToken)
    {
        if (await FindAsync(path, cancellationToken) is not { } project)
        {
            return Elsewhere is null ? new ProjectLookup.ProjectMissing() : await Elsewhere.OpenProjectAsync(path, reference, cancellationToken);
        }

        var reader = new RepositoryReader(repositories, project.Id);
        return await reader.ResolveAsync(reference ?? project.DefaultBranch, cancellationToken) is { } sha
            ? new ProjectLookup.Found(project.FullPath, sha, new RepositoryTree(reader, sha))
            : new ProjectLookup.ReferenceMissing();
    }

    /// <summary><c>host/group/project/name@version</c>: a tag, branch or commit, <c>~latest</c>, or the start of a version.</summary>
    public async ValueTask<ComponentLookup> OpenComponentAsync(string address, CancellationToken cancellationToken)
    {
        var at = address.LastIndexOf('@');
        var parts = (at < 0 ? address : address[..at]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (at < 0 || parts.Length < 4)
        {
            return new ComponentLookup.Missing("content not found");
        }

        var path = string.Join('/', parts[1..^1]);
        if (await FindAsync(path, cancellationToken) is not { } project)
        {
            return Elsewhere is null
                ? new ComponentLookup.Missing("project does not exist or you don't have sufficient permissions")
                : await Elsewhere.OpenComponentAsync(address, cancellationToken);
        }

        var reader = new RepositoryReader(repositories, project.Id);
        var version = await VersionTags.FindAsync(reader, address[(at + 1)..], cancellationToken);
        return version is null
            ? new ComponentLookup.Missing("content not found")
            : new ComponentLookup.Found(project.FullPath, parts[^1], version.Sha, version.Name, new RepositoryTree(reader, version.Sha));
    }

    public ValueTask<RemoteLookup> FetchAsync(string url, CancellationToken cancellationToken) =>
        Elsewhere?.FetchAsync(url, cancellationToken) ?? ValueTask.FromResult<RemoteLookup>(new RemoteLookup.Failed("this server does not fetch remote files"));

    public ValueTask<string?> ReadTemplateAsync(string name, CancellationToken cancellationToken) =>
        Elsewhere?.ReadTemplateAsync(name, cancellationToken) ?? ValueTask.FromResult<string?>(null);

    public async ValueTask<string?> ReadArtifactAsync(string job, string path, CancellationToken cancellationToken)
    {
        if (Parent is not { } bridge || Artifacts is not { } files)
        {
            return null;
        }

        var archive = await database.ReadAsync(
            session => session.Jobs.Latest(bridge.PipelineId).FirstOrDefault(other => other.Name == job) is { } producer
                ? session.Artifacts.Find(producer.Id, "archive")
                : null,
            cancellationToken);
        if (archive is null || files.OpenRead(archive) is not { } file)
        {
            return null;
        }

        await using (file)
        {
            return await ZipText.ReadAsync(file, path, LargestFile, cancellationToken);
        }
    }

    private Task<ProjectRow?> FindAsync(string path, CancellationToken cancellation) =>
        database.ReadAsync(
            session => session.Projects.FindByPath(path) is { } project && Permissions.MayReadCode(session, caller, project) ? project : null,
            cancellation);
}
