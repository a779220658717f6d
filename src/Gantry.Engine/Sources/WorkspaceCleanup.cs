using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Sources;

/// <summary>What is removed between two tries of get_sources, and at the end of a job (official-job-protocol §6.8, §6.9).</summary>
internal static class WorkspaceCleanup
{
    public static void WriteClearWorktree(ScriptBuilder script, SourceContext git) =>
        script.Notice("Deleting tracked and untracked files...")
            .If(new Test.FolderExists(Word.Path(git.Project)), there => there
                .ChangeFolder(git.Project)
                .Run("git", "rm", "-rf", "--ignore-unmatch", "--quiet", ".")
                .Run("git", "clean", "-ffdx", "-q"));

    public static void WriteEnd(ScriptBuilder script, SourceContext git)
    {
        var plan = git.Plan;
        GetSourcesScript.Reject(script, git);
        foreach (var name in new[] { "gitlab_runner_env", "masking.db" })
        {
            script.RemoveFile(GuestPath.Join(plan.Folders.Temporary, name));
        }

        script.RemoveFile(git.ExternalConfig).RemoveFile(git.SeedConfig);
        foreach (var variable in plan.Variables.Distinct().All.Where(v => v.File))
        {
            script.RemoveFile(GuestPath.Join(plan.Folders.Temporary, variable.Key));
        }

        if (plan.Flags[KnownFlags.JobCleanup])
        {
            WriteWorkTree(script, git);
        }

        LeftoverCleanup.Write(script, git);
        script.RemoveFile(GuestPath.Join(plan.Folders.Builds, ".gitlab-build-uid-gid"));
    }

    private static void WriteWorkTree(ScriptBuilder script, SourceContext git)
    {
        switch (git.Plan.Settings.Strategy)
        {
            case GitStrategy.Clone or GitStrategy.Empty:
                script.RemoveFolder(git.Project);
                break;
            case GitStrategy.Fetch:
                Fetched(script, git);
                break;
            default:
                script.Notice("Skipping build directory cleanup step");
                break;
        }
    }

    // Without entering the folder: what follows uses paths that may be relative to where the script began.
    private static void Fetched(ScriptBuilder script, SourceContext git)
    {
        IReadOnlyList<Word> inProject = ["git", "-C", Word.Path(git.Project)];
        IReadOnlyList<Word> foreachModule = [.. inProject, "submodule", "foreach",
            .. git.Plan.Settings.Submodules == SubmoduleStrategy.Recursive ? (IReadOnlyList<Word>)["--recursive"] : []];
        IReadOnlyList<Word> clean = ["clean", .. git.Plan.Settings.CleanFlags.Select(Word.FromString)];
        IReadOnlyList<Word> reset = ["reset", "--hard"];
        IReadOnlyList<IReadOnlyList<Word>> steps = git.Plan.Settings.CleanFlags.Count > 0 ? [clean, reset] : [reset];
        foreach (var step in steps)
        {
            script.Run([.. inProject, .. step]);
        }

        foreach (var step in git.HasSubmodules ? steps : [])
        {
            script.Run([.. foreachModule, "git", .. step]);
        }
    }
}
