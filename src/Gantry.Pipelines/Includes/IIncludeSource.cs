namespace Gantry.Pipelines.Includes;

/// <summary>Where includes other than <c>local</c> come from. What is not offered answers with the fitting "missing" case.</summary>
public interface IIncludeSource
{
    /// <param name="path">Full path of a project, any case.</param>
    /// <param name="reference">Branch, tag or commit; null: the default branch.</param>
    /// <param name="cancellationToken">Ends the lookup.</param>
    ValueTask<ProjectLookup> OpenProjectAsync(string path, string? reference, CancellationToken cancellationToken);

    /// <param name="address">Host, project and name as written, variables expanded: <c>host/group/project/name@version</c>.</param>
    /// <param name="cancellationToken">Ends the lookup.</param>
    ValueTask<ComponentLookup> OpenComponentAsync(string address, CancellationToken cancellationToken);

    ValueTask<RemoteLookup> FetchAsync(string url, CancellationToken cancellationToken);

    /// <summary>A template of the server; null when there is none of that name.</summary>
    ValueTask<string?> ReadTemplateAsync(string name, CancellationToken cancellationToken);

    /// <summary>A file out of the artifacts of a job of the parent pipeline; null when the job or the file is missing.</summary>
    ValueTask<string?> ReadArtifactAsync(string job, string path, CancellationToken cancellationToken);
}

/// <summary>Answer to <see cref="IIncludeSource.OpenProjectAsync"/>.</summary>
public abstract record ProjectLookup
{
    private ProjectLookup()
    {
    }

    /// <param name="Path">The project's own spelling of its path.</param>
    /// <param name="Sha">The commit that the reference meant.</param>
    /// <param name="Tree">Files at that commit.</param>
    public sealed record Found(string Path, string Sha, IRepositoryTree Tree) : ProjectLookup;

    /// <summary>No such project, or the user may not read it; the two are not told apart.</summary>
    public sealed record ProjectMissing : ProjectLookup;

    public sealed record ReferenceMissing : ProjectLookup;
}

/// <summary>Answer to <see cref="IIncludeSource.OpenComponentAsync"/>.</summary>
public abstract record ComponentLookup
{
    private ComponentLookup()
    {
    }

    /// <param name="Path">Full path of the project.</param>
    /// <param name="Name">Name of the component in it.</param>
    /// <param name="Sha">Commit.</param>
    /// <param name="Version">The released version, when the reference led to one.</param>
    /// <param name="Tree">Files at that commit.</param>
    public sealed record Found(string Path, string Name, string Sha, string? Version, IRepositoryTree Tree) : ComponentLookup;

    /// <param name="Reason">GitLab's sentence, for example <c>content not found</c>.</param>
    public sealed record Missing(string Reason) : ComponentLookup;
}

/// <summary>Answer to <see cref="IIncludeSource.FetchAsync"/>.</summary>
public abstract record RemoteLookup
{
    private RemoteLookup()
    {
    }

    public sealed record Found(string Content) : RemoteLookup;

    /// <param name="Reason">Ends GitLab's sentence "could not be fetched because of", for example <c>HTTP code `404` error!</c>.</param>
    public sealed record Failed(string Reason) : RemoteLookup;
}
