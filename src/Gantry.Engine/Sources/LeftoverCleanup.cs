using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Sources;

/// <summary>
/// Removes what an earlier job on the same folder may have left: stale locks that block git, hooks and configuration that
/// would run with this job's rights (official-job-protocol §6.3). Pure file work: git is not asked.
/// </summary>
internal static class LeftoverCleanup
{
    private static readonly string[] Stale = ["index.lock", "shallow.lock", "HEAD.lock", "hooks/post-checkout", "config.lock"];

    public static void Write(ScriptBuilder script, SourceContext git)
    {
        var repository = GuestPath.Join(git.Project, ".git");
        var modules = GuestPath.Join(repository, "modules");
        foreach (var name in Stale)
        {
            script.RemoveFile(GuestPath.Join(repository, name));
        }

        foreach (var name in git.HasSubmodules ? Stale : [])
        {
            script.RemoveBelow(modules, name[(name.LastIndexOf('/') + 1)..]);
        }

        script.RemoveBelow(GuestPath.Join(repository, "refs"), "*.lock");
        if (!git.Plan.CleanGitConfig || git.Plan.Settings.Strategy == GitStrategy.None)
        {
            return;
        }

        foreach (var folder in new[] { git.Template, repository })
        {
            script.RemoveFile(GuestPath.Join(folder, "config")).RemoveFolder(GuestPath.Join(folder, "hooks"));
        }

        if (git.HasSubmodules)
        {
            script.RemoveBelow(modules, "config").RemoveBelow(modules, "hooks", folders: true);
        }
    }
}
