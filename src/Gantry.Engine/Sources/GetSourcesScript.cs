using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Sources;

/// <summary>
/// The whole of get_sources as a script inside the job's place (official-job-protocol §6.2):
/// variables, user's hooks, repository, checkout, submodules, hooks, owner, credentials forgotten.
/// The caller has put the exports before it.
/// </summary>
internal static class GetSourcesScript
{
    public static void Write(ScriptBuilder script, SourceContext git)
    {
        var plan = git.Plan;
        script.Variable("GIT_TERMINAL_PROMPT", "0").Variable("GCM_INTERACTIVE", "Never");
        WriteTokenlessSeed(script, git);
        if (!plan.SharedEnvironment)
        {
            ExternalConfig.WriteTls(script, git, ["git", "config", "--global"]);
        }

        Hooks(script, git, plan.Runner.PreGetSourcesScript, "pre_get_sources_script", "pre_clone_script", configFirst: true);
        if (plan.Variables.Content("GIT_LFS_SKIP_SMUDGE") is null or "")
        {
            // Smudging file by file is slow; large files are pulled in one go after the checkout.
            script.Variable("GIT_LFS_SKIP_SMUDGE", "1");
        }

        WriteStrategy(script, git);
        if (git.Fetches && plan.Settings.Checkout)
        {
            CheckoutScript.Write(script, git);
        }
        else
        {
            script.Notice("Skipping Git checkout");
        }

        if (git.HasSubmodules && git.Fetches && plan.Settings.Checkout)
        {
            new SubmoduleScript(git).Write(script);
        }
        else
        {
            script.Notice("Skipping Git submodules setup");
        }

        Hooks(script, git, plan.Runner.PostGetSourcesScript, "post_get_sources_script", "post_clone_script", configFirst: false);
        script.Add(new Statement.TakeOwner(Word.Path(plan.Folders.Builds)));
        Reject(script, git);
    }

    public static void Reject(ScriptBuilder script, SourceContext git)
    {
        if (git.Remote.RejectOrigin is { } origin)
        {
            script.Add(new Statement.RejectCredentials(origin));
        }
    }

    private static void WriteStrategy(ScriptBuilder script, SourceContext git)
    {
        switch (git.Plan.Settings.Strategy)
        {
            case GitStrategy.None:
                script.Notice("Skipping Git repository setup").MakeFolder(git.Project);
                break;
            case GitStrategy.Empty:
                script.Notice("Skipping Git repository setup and creating an empty build directory")
                    .RemoveFolder(git.Project).MakeFolder(git.Project);
                break;
            default:
                LeftoverCleanup.Write(script, git);
                ExternalConfig.Write(script, git);
                FetchScript.Write(script, git);
                break;
        }
    }

    // With FF_GIT_URLS_WITHOUT_TOKENS the job's own global configuration includes the user's and the external one, so that
    // submodules and the user's own git calls find the credential helper.
    private static void WriteTokenlessSeed(ScriptBuilder script, SourceContext git)
    {
        if (!git.Plan.Flags[KnownFlags.UrlsWithoutTokens])
        {
            return;
        }

        script.MakeFolder(git.Plan.Folders.Temporary).Add(new Statement.WriteFile(Word.Path(git.SeedConfig), ""));
        foreach (var path in new[] { "$HOME/.gitconfig", "$HOME/.config/git/config" })
        {
            script.If(new Test.FileReadable(Word.Expanding(path)),
                found => found.Run("git", "config", "--file", Word.Path(git.SeedConfig), "--add", "include.path", Word.Expanding(path)));
        }

        script.Run("git", "config", "--file", Word.Path(git.SeedConfig), "--add", "include.path", Word.Path(git.ExternalConfig));
        if (!git.Fetches)
        {
            ExternalConfig.WriteFile(script, git);
        }

        script.Variable("GIT_CONFIG_GLOBAL", Word.Path(git.SeedConfig));
    }

    private static void Hooks(ScriptBuilder script, SourceContext git, string? config, string hookName, string section, bool configFirst)
    {
        if (!git.Fetches)
        {
            return;
        }

        var fromConfig = string.IsNullOrEmpty(config) ? [] : new[] { config };
        var fromJob = git.Plan.Payload.Hooks.Where(hook => hook.Name == hookName).SelectMany(hook => hook.Script);
        var lines = (configFirst ? fromConfig.Concat(fromJob) : fromJob.Concat(fromConfig)).ToList();
        if (lines.Count > 0)
        {
            script.UserScript(lines, section);
        }
    }
}
