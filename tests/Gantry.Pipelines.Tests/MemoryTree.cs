using Gantry.Pipelines.Includes;

namespace Gantry.Pipelines.Tests;

/// <summary>A repository in memory; other projects and remote files are put in by the test.</summary>
internal sealed class MemoryTree(params (string Path, string Text)[] files) : IRepositoryTree, IIncludeSource
{
    public Dictionary<string, IRepositoryTree> Projects { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, string> Remote { get; } = [];

    public Dictionary<string, IReadOnlyList<string>> Changes { get; } = [];

    public Dictionary<string, string> Artifacts { get; } = [];

    public int Listings { get; private set; }

    public ValueTask<IReadOnlyList<TreeFile>> ListAsync(CancellationToken cancellationToken)
    {
        Listings++;
        return ValueTask.FromResult<IReadOnlyList<TreeFile>>([.. files.Select(file => new TreeFile(file.Path, $"blob-{file.Text.Length}"))]);
    }

    public ValueTask<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
        ValueTask.FromResult(files.Where(file => file.Path == path).Select(file => file.Text).FirstOrDefault());

    public ValueTask<string?> LastCommitAsync(string path, CancellationToken cancellationToken) => ValueTask.FromResult<string?>("commit-" + path);

    public ValueTask<IReadOnlyList<string>?> ChangedSinceAsync(string reference, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Changes.GetValueOrDefault(reference));

    public ValueTask<ProjectLookup> OpenProjectAsync(string path, string? reference, CancellationToken cancellationToken) => ValueTask.FromResult<ProjectLookup>(
        !Projects.TryGetValue(path, out var tree) ? new ProjectLookup.ProjectMissing()
        : reference is "nope" ? new ProjectLookup.ReferenceMissing()
        : new ProjectLookup.Found(path, new string('b', 40), tree));

    public ValueTask<ComponentLookup> OpenComponentAsync(string address, CancellationToken cancellationToken)
    {
        var parts = address.Split('@')[0].Split('/');
        var project = string.Join('/', parts[1..^1]);
        return ValueTask.FromResult<ComponentLookup>(Projects.TryGetValue(project, out var tree)
            ? new ComponentLookup.Found(project, parts[^1], new string('b', 40), "1.0.0", tree)
            : new ComponentLookup.Missing("content not found"));
    }

    public ValueTask<RemoteLookup> FetchAsync(string url, CancellationToken cancellationToken) => ValueTask.FromResult<RemoteLookup>(
        Remote.TryGetValue(url, out var text) ? new RemoteLookup.Found(text) : new RemoteLookup.Failed("HTTP code `404` error!"));

    public ValueTask<string?> ReadTemplateAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);

    public ValueTask<string?> ReadArtifactAsync(string job, string path, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Artifacts.GetValueOrDefault($"{job}:{path}"));
}
