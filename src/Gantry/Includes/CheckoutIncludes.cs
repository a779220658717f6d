using Gantry.Ci;
using Gantry.Coordinator.Local;
using Gantry.Pipelines.Includes;

namespace Gantry.Includes;

/// <summary>
/// Projects and components out of folders of this machine: what somebody is about to change in a project of templates can be
/// tried before it is pushed. The files are taken as they are, whatever reference or version the include names.
/// </summary>
/// <param name="folders">By full path of the project, any case. Absolute.</param>
/// <param name="outside">Asked for everything else.</param>
internal sealed class CheckoutIncludes(IReadOnlyDictionary<string, string> folders, IIncludeSource outside) : IIncludeSource
{
    public async ValueTask<ProjectLookup> OpenProjectAsync(string path, string? reference, CancellationToken cancellationToken)
    {
        var project = path.Trim('/');
        if (!folders.TryGetValue(project, out var folder))
        {
            return await outside.OpenProjectAsync(path, reference, cancellationToken);
        }

        var (sha, tree) = await OpenAsync(folder, cancellationToken);
        return new ProjectLookup.Found(project, sha, tree);
    }

    public async ValueTask<ComponentLookup> OpenComponentAsync(string address, CancellationToken cancellationToken)
    {
        var at = address.LastIndexOf('@');
        var parts = (at < 0 ? address : address[..at]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var project = parts.Length < 4 ? "" : string.Join('/', parts[1..^1]);
        if (!folders.TryGetValue(project, out var folder))
        {
            return await outside.OpenComponentAsync(address, cancellationToken);
        }

        var (sha, tree) = await OpenAsync(folder, cancellationToken);
        return new ComponentLookup.Found(project, parts[^1], sha, null, tree);
    }

    public ValueTask<RemoteLookup> FetchAsync(string url, CancellationToken cancellationToken) => outside.FetchAsync(url, cancellationToken);

    public ValueTask<string?> ReadTemplateAsync(string name, CancellationToken cancellationToken) => outside.ReadTemplateAsync(name, cancellationToken);

    public ValueTask<string?> ReadArtifactAsync(string job, string path, CancellationToken cancellationToken) => outside.ReadArtifactAsync(job, path, cancellationToken);

    private static async Task<(string Sha, IRepositoryTree Tree)> OpenAsync(string folder, CancellationToken cancellationToken)
    {
        var checkout = await WorkTree.OpenAsync(new WorkTreeOrder(folder, "", null), cancellationToken);
        var isRepository = checkout.GitFolder.Length > 0 && checkout.Root == folder;
        return (checkout.Head ?? Pipelines.Variables.CommitFacts.NoSha, new WorkFolder(folder, isRepository));
    }
}
