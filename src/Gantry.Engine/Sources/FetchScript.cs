using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Sources;

/// <summary>Brings the objects: init and fetch, or git's own clone where asked for (official-job-protocol §6.5).</summary>
internal static class FetchScript
{
    public static void Write(ScriptBuilder script, SourceContext git)
    {
        if (git.Plan.Settings.Strategy == GitStrategy.Clone)
        {
            script.RemoveFolder(git.Project);
        }

        if (git.Plan.Settings.Strategy == GitStrategy.Clone && git.Plan.Flags[KnownFlags.NativeClone])
        {
            script.If(new Test.GitIsAtLeast(2, 49), yes => Clone(yes, git), no => InitAndFetch(no, git));
            return;
        }

        InitAndFetch(script, git);
    }

    /// <summary>Arguments of the fetch after git's own options.</summary>
    internal static IEnumerable<Word> FetchArguments(JobPlan plan)
    {
        var depth = plan.Payload.GitInfo.Depth;
        return Words("fetch", "origin", "--no-recurse-submodules")
            .Concat(plan.Payload.GitInfo.Refspecs.Select(Word.FromString))
            .Concat(depth > 0 ? Words("--depth", depth.ToString(CultureInfo.InvariantCulture)) : [])
            .Concat(plan.Settings.FetchExtraFlags.Select(Word.FromString));
    }

    /// <summary>Arguments of the native clone after git's own options.</summary>
    internal static IEnumerable<Word> CloneArguments(JobPlan plan, Word url, Word folder, Word template)
    {
        var (depth, reference) = (plan.Payload.GitInfo.Depth, plan.Payload.GitInfo.Ref);
        return Words("clone", "--no-checkout").Append(url).Append(folder).Append("--template").Append(template)
            .Concat(depth > 0 ? Words("--depth", depth.ToString(CultureInfo.InvariantCulture)) : [])
            .Concat(reference.Length == 0 ? [] : Words(reference.StartsWith("refs/", StringComparison.Ordinal) ? "--revision" : "--branch", reference))
            .Concat(plan.Settings.CloneExtraFlags.Select(Word.FromString));
    }

    private static void InitAndFetch(ScriptBuilder script, SourceContext git)
    {
        var depth = git.Plan.Payload.GitInfo.Depth;
        script.Notice(depth > 0
            ? string.Create(CultureInfo.InvariantCulture, $"Fetching changes with git depth set to {depth}...")
            : "Fetching changes...");
        script.Run([.. Words("git", "init"), Word.Path(git.Project), "--template", Word.Path(git.Template), .. ObjectFormat(git.Plan)]);
        script.ChangeFolder(git.Project);
        script.If(
            new Test.Succeeds(new Command([.. Words("git", "remote", "add", "origin", git.Remote.Plain)]), ShowOutput: false),
            fresh => fresh.Notice("Created fresh repository."),
            known => known
                .Run("git", "remote", "set-url", "origin", git.Remote.Plain)
                .Run("git", "config", "--file", ".git/config", "--replace-all", "include.path",
                    Word.Expanding("$" + SourceContext.ExternalConfigVariable), git.ExternalConfigPattern));

        IReadOnlyList<Word> fetch = [.. git.GitWithAuth(userAgent: true), .. FetchArguments(git.Plan)];
        if (depth > 0)
        {
            script.Run(fetch);
            return;
        }

        // A folder that an earlier job fetched with a depth must become whole again.
        script.If(new Test.FileExists(Word.FromString(".git/shallow")),
            shallow => shallow.Run([.. fetch, "--unshallow"]),
            whole => whole.Run(fetch));
    }

    private static void Clone(ScriptBuilder script, SourceContext git)
    {
        var (depth, reference) = (git.Plan.Payload.GitInfo.Depth, git.Plan.Payload.GitInfo.Ref);
        script.Notice((reference.Length, depth) switch
        {
            ( > 0, > 0) => string.Create(CultureInfo.InvariantCulture, $"Cloning repository for {reference} with git depth set to {depth}..."),
            ( > 0, _) => $"Cloning repository for {reference}...",
            _ => "Cloning repository...",
        });
        script.Run([.. git.GitWithAuth(userAgent: true),
            .. CloneArguments(git.Plan, git.Remote.Plain, Word.Path(git.Project), Word.Path(git.Template))]);
        script.ChangeFolder(git.Project);
    }

    private static IEnumerable<Word> ObjectFormat(JobPlan plan) =>
        plan.Payload.GitInfo.RepoObjectFormat is "" or "sha1" ? [] : Words("--object-format", plan.Payload.GitInfo.RepoObjectFormat);

    private static IEnumerable<Word> Words(params IEnumerable<string> words) => words.Select(Word.FromString);
}
