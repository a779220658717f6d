using Gantry.Pipelines.Includes;

namespace Gantry.Includes;

/// <summary>A project's files at a commit, read from its server's API one by one.</summary>
internal sealed class RemoteTree(IncludeClient client, string projectUrl, string sha) : IRepositoryTree
{
    private const int PageSize = 100;

    public async ValueTask<IReadOnlyList<TreeFile>> ListAsync(CancellationToken cancellationToken)
    {
        var files = new List<TreeFile>();
        for (var page = 1; ; page++)
        {
            var answer = await client.GetAsync($"{projectUrl}/repository/tree?ref={sha}&recursive=true&per_page={PageSize}&page={page}", cancellationToken);
            using var list = answer.Json();
            if (list is null)
            {
                return files;
            }

            files.AddRange(list.RootElement.EnumerateArray().Where(entry => entry.GetProperty("type").GetString() == "blob")
                .Select(entry => new TreeFile(entry.GetProperty("path").GetString()!, entry.GetProperty("id").GetString()!)));
            if (list.RootElement.GetArrayLength() < PageSize)
            {
                return files;
            }
        }
    }

    public async ValueTask<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
        (await client.GetAsync($"{projectUrl}/repository/files/{Uri.EscapeDataString(path)}/raw?ref={sha}", cancellationToken)).Text;

    public ValueTask<string?> LastCommitAsync(string path, CancellationToken cancellationToken) => ValueTask.FromResult<string?>(sha);

    public ValueTask<IReadOnlyList<string>?> ChangedSinceAsync(string reference, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<string>?>(null);
}
