namespace Gantry.Coordinator.Local;

/// <summary>What <c>git for-each-ref</c> says about branches, tags and the branches of <c>origin</c>.</summary>
internal sealed class ReferenceListing
{
    private const string Branches = "refs/heads/";
    private const string Remote = "refs/remotes/origin/";

    private static readonly string[] UsualBranches = ["main", "master"];

    public ReferenceListing(string text)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        string? remoteDefault = null;
        foreach (var fields in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')))
        {
            if (fields is not [var sha, var name, var head, var upstream, var symbolic])
            {
                continue;
            }

            if (name == Remote + "HEAD")
            {
                remoteDefault = symbolic.StartsWith(Remote, StringComparison.Ordinal) ? symbolic[Remote.Length..] : null;
                continue;
            }

            all[name] = sha;
            if (head == "*")
            {
                Branch = name.StartsWith(Branches, StringComparison.Ordinal) ? name[Branches.Length..] : null;
                Upstream = upstream.Length == 0 ? null : upstream;
            }
        }

        All = all;
        References = Served(all);
        DefaultBranch = remoteDefault ?? UsualBranches.FirstOrDefault(branch => References.ContainsKey("refs/heads/" + branch));
    }

    /// <summary>By full name, as listed.</summary>
    public IReadOnlyDictionary<string, string> All { get; }

    /// <summary>As a server would have them: local branches and tags, and what only <c>origin</c> has.</summary>
    public IReadOnlyDictionary<string, string> References { get; }

    /// <summary>The one that is checked out; null for none, and for one that has no commit yet.</summary>
    public string? Branch { get; }

    /// <summary>Full name of what <see cref="Branch"/> follows.</summary>
    public string? Upstream { get; }

    public string? DefaultBranch { get; }

    private static Dictionary<string, string> Served(Dictionary<string, string> all)
    {
        var served = all.Where(pair => !pair.Key.StartsWith(Remote, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, sha) in all.Where(pair => pair.Key.StartsWith(Remote, StringComparison.Ordinal)))
        {
            served.TryAdd("refs/heads/" + name[Remote.Length..], sha);
        }

        return served;
    }
}
