using System.Collections.Concurrent;

namespace Gantry.Coordinator.Git;

/// <summary>
/// The bare repositories, one per project, named by the project's id so that no name a user chose becomes a path.
/// Thread-safe; pushes to one repository take turns.
/// </summary>
internal sealed class Repositories(string folder, GitProgram git)
{
    // No hooks, no foreign configuration; objects are checked when they arrive; any commit may be fetched by its id, as
    // runners do for pipelines whose branch moved on; refs of pipelines are ours to write.
    private static readonly (string Key, string Value)[] Configuration =
    [
        ("core.hooksPath", "/dev/null"),
        ("core.logAllRefUpdates", "false"),
        ("receive.fsckObjects", "true"),
        ("receive.autogc", "false"),
        ("receive.advertisePushOptions", "true"),
        ("receive.denyDeleteCurrent", "ignore"),
        ("receive.hideRefs", "refs/pipelines"),
        ("uploadpack.allowAnySHA1InWant", "true"),
        ("uploadpack.allowFilter", "true"),
        ("gc.auto", "0"),
    ];

    private readonly ConcurrentDictionary<long, SemaphoreSlim> _pushTurns = new();

    public GitProgram Git => git;

    /// <summary>Repositories of one run, written by this process alone and thrown away with it.</summary>
    public bool Ephemeral { get; init; }

    public string PathOf(long projectId) => Path.Combine(folder, $"{projectId}.git");

    /// <summary>One push at a time: released by disposing.</summary>
    public async Task<IDisposable> TakePushTurnAsync(long projectId, CancellationToken cancellation)
    {
        var turn = _pushTurns.GetOrAdd(projectId, static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellation);
        return new Turn(turn);
    }

    public async Task CreateAsync(long projectId, string defaultBranch, CancellationToken cancellation)
    {
        var path = PathOf(projectId);
        await git.RunCheckedAsync(
            folder, ["init", "--quiet", "--bare", "--template=", $"--initial-branch={defaultBranch}", path], cancellation);
        await File.AppendAllLinesAsync(
            Path.Combine(path, "config"),
            Configuration.Select(setting => setting.Key.Split('.') is [var section, var name] ? $"[{section}]\n\t{name} = {setting.Value}" : ""), cancellation);
    }

    public void Delete(long projectId)
    {
        if (Directory.Exists(PathOf(projectId)))
        {
            Directory.Delete(PathOf(projectId), recursive: true);
        }
    }

    public Task SetDefaultBranchAsync(long projectId, string branch, CancellationToken cancellation) =>
        git.RunCheckedAsync(PathOf(projectId), ["symbolic-ref", "HEAD", "refs/heads/" + branch], cancellation);

    /// <summary>False when git does not take the name.</summary>
    public async Task<bool> CreateRefAsync(long projectId, RefOrder order, string sha, Store.UserRow user, CancellationToken cancellation)
    {
        var name = new RefHead(order.Name, order.IsTag, sha).FullName;
        if (order.Name.Length == 0 || order.Name[0] == '-' || (await git.RunAsync(PathOf(projectId), ["check-ref-format", name], cancellation)).ExitCode != 0)
        {
            return false;
        }

        string[] arguments = order is { IsTag: true, Message: { Length: > 0 } message }
            ? ["-c", $"user.name={user.Name}", "-c", $"user.email={user.Email}", "tag", "--annotate", "--message", message, "--", order.Name, sha]
            : ["update-ref", name, sha, new string('0', sha.Length)];
        return (await git.RunAsync(PathOf(projectId), arguments, cancellation)).ExitCode == 0;
    }

    /// <summary>False when there was none.</summary>
    public async Task<bool> DeleteRefAsync(long projectId, string fullName, CancellationToken cancellation) =>
        (await git.RunAsync(PathOf(projectId), ["update-ref", "-d", fullName], cancellation)).ExitCode == 0;

    /// <summary>Makes a pipeline's commit fetchable whatever happens to its branch (ci-yaml §22).</summary>
    public Task KeepPipelineAsync(long projectId, long pipelineId, string sha, CancellationToken cancellation)
    {
        if (!Ephemeral)
        {
            return git.RunCheckedAsync(PathOf(projectId), ["update-ref", PipelineRef(pipelineId), sha], cancellation);
        }

        // What git would write, without a process: nobody else writes here, and nobody fetches the pipeline before it is kept.
        var path = Path.Combine(PathOf(projectId), PipelineRef(pipelineId));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return File.WriteAllTextAsync(path, sha + "\n", cancellation);
    }

    public Task DropPipelineAsync(long projectId, long pipelineId, CancellationToken cancellation) =>
        git.RunAsync(PathOf(projectId), ["update-ref", "-d", PipelineRef(pipelineId)], cancellation);

    public static string PipelineRef(long pipelineId) => $"refs/pipelines/{pipelineId}";

    private sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
