using System.Globalization;
using System.Text;

namespace Gantry.Coordinator.Git;

/// <summary>
/// Makes commits in a bare repository with one <c>git fast-import</c>: nothing is checked out, no hook runs, contents go in as
/// bytes and names as quoted text. The caller has checked who may push, and tells what follows from the push.
/// </summary>
internal sealed class CommitWriter(Repositories repositories, TimeProvider clock)
{
    private const string Plain = "100644";
    private const string Executable = "100755";

    public async Task<CommitOutcome> CommitAsync(long projectId, CommitOrder order, CancellationToken cancellation)
    {
        if (order.Changes.Select(Problem).FirstOrDefault(problem => problem is not null) is { } wrong)
        {
            return new CommitOutcome.Refused(wrong);
        }

        if (!await IsBranchNameAsync(projectId, order.Branch, cancellation))
        {
            return new CommitOutcome.Refused("You can only create or edit files when you are on a branch");
        }

        using var turn = await repositories.TakePushTurnAsync(projectId, cancellation);
        var reader = new RepositoryReader(repositories, projectId);
        var heads = await reader.HeadsAsync(cancellation);
        var present = heads.FirstOrDefault(head => !head.IsTag && head.Name == order.Branch);
        var parent = present?.Sha ?? (order.Start is { } start ? await reader.ResolveAsync(start, cancellation) : null);
        if (parent is null && heads.Any(head => !head.IsTag))
        {
            return new CommitOutcome.Refused("You can only create or edit files when you are on a branch");
        }

        if (order.Expected is { } expected && present is not null && expected != present.Sha)
        {
            return new CommitOutcome.Refused("You are attempting to update a file that has changed since you started editing it.");
        }

        var files = parent is null ? [] : (await reader.TreeAsync(parent, "", recursive: true, cancellation)).Where(entry => entry.Type != "tree").ToDictionary(entry => entry.Path, entry => entry.Mode);
        if (order.Changes.Select(change => Conflict(change, files)).FirstOrDefault(conflict => conflict is not null) is { } refused)
        {
            return new CommitOutcome.Refused(refused);
        }

        await ImportAsync(projectId, order, parent, files, cancellation);
        return await reader.FindHeadAsync(order.Branch, cancellation) is { IsTag: false } head
            ? new CommitOutcome.Made(new RefChange(order.Branch, false, present?.Sha, head.Sha))
            : throw new GitException("fast-import", 0, "the branch did not move");
    }

    private async Task<bool> IsBranchNameAsync(long projectId, string name, CancellationToken cancellation) =>
        name.Length is > 0 and < 245 && name[0] != '-' && name != "HEAD"
        && (await repositories.Git.RunAsync(repositories.PathOf(projectId), ["check-ref-format", $"refs/heads/{name}"], cancellation)).ExitCode == 0;

    private static string? Problem(FileChange change) =>
        IsPath(change.Path) && (change.PreviousPath is null || IsPath(change.PreviousPath)) ? null : "invalid path: '" + change.Path + "'";

    // git's own rules for names in trees, and no control characters, which nobody wants in a file's name.
    private static bool IsPath(string path) =>
        path.Length is > 0 and < 4096 && !path.Any(char.IsControl)
        && path.Split('/').All(part => part is not ("" or "." or "..") && !part.Equals(".git", StringComparison.OrdinalIgnoreCase));

    private static string? Conflict(FileChange change, Dictionary<string, string> files) => change.Action switch
    {
        "create" when files.ContainsKey(change.Path) => "A file with this name already exists",
        "create" when files.Keys.Any(path => path.StartsWith(change.Path + "/", StringComparison.Ordinal)) => "A directory with this name already exists",
        "update" or "delete" or "chmod" when !files.ContainsKey(change.Path) => "A file with this name doesn't exist",
        "move" when change.PreviousPath is null || !files.ContainsKey(change.PreviousPath) => "A file with this name doesn't exist",
        "move" when files.ContainsKey(change.Path) => "A file with this name already exists",
        "create" or "update" or "delete" or "chmod" or "move" => null,
        _ => "Unknown action '" + change.Action + "'",
    };

    private async Task ImportAsync(
        long projectId, CommitOrder order, string? parent, Dictionary<string, string> files, CancellationToken cancellation)
    {
        using var script = new MemoryStream();
        void Line(string text) => script.Write(Encoding.UTF8.GetBytes(text + "\n"));
        void Bytes(byte[] content)
        {
            Line($"data {content.Length.ToString(CultureInfo.InvariantCulture)}");
            script.Write(content);
            script.WriteByte((byte)'\n');
        }

        var person = $"{Clean(order.AuthorName)} <{Clean(order.AuthorEmail)}> {clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)} +0000";
        Line("feature done");
        Line($"commit refs/heads/{order.Branch}");
        Line($"author {person}");
        Line($"committer {person}");
        Bytes(Encoding.UTF8.GetBytes(order.Message));
        if (parent is not null)
        {
            Line($"from {parent}");
        }

        foreach (var change in order.Changes)
        {
            var mode = Mode(change, files);
            switch (change)
            {
                case { Action: "delete" }:
                    Line($"D {Quote(change.Path)}");
                    break;
                case { Action: "move", PreviousPath: { } from }:
                    Line($"R {Quote(from)} {Quote(change.Path)}");
                    break;
            }

            if (change.Content is { } content && change.Action is not "delete")
            {
                Line($"M {mode} inline {Quote(change.Path)}");
                Bytes(content);
            }
            else if (change.Action == "chmod")
            {
                var kept = await new RepositoryReader(repositories, projectId).FileAsync(parent!, change.Path, cancellation) ?? [];
                Line($"M {mode} inline {Quote(change.Path)}");
                Bytes(kept);
            }
        }

        Line("done");
        script.Position = 0;
        var output = await repositories.Git.RunAsync(
            repositories.PathOf(projectId), ["fast-import", "--quiet", "--done"], new GitStreams(script, Stream.Null), cancellation);
        if (output.ExitCode != 0)
        {
            throw new GitException("fast-import", output.ExitCode, output.Message);
        }
    }

    private static string Mode(FileChange change, Dictionary<string, string> files) => change.Executable switch
    {
        true => Executable,
        false => Plain,
        null => files.GetValueOrDefault(change.PreviousPath ?? change.Path) is Executable ? Executable : Plain,
    };

    private static string Quote(string path) =>
        "\"" + path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static string Clean(string text) => new string([.. text.Where(c => !char.IsControl(c) && c is not ('<' or '>'))]).Trim() is { Length: > 0 } clean ? clean : "nobody";
}
