using Gantry.Engine.Shells;

namespace Gantry.Engine.Sources;

/// <summary>Puts the commit into the work tree, removes what does not belong there, gets large files (official-job-protocol §6.6).</summary>
internal static class CheckoutScript
{
    public static void Write(ScriptBuilder script, SourceContext git)
    {
        var info = git.Plan.Payload.GitInfo;
        var shortSha = info.Sha.Length > 8 ? info.Sha[..8] : info.Sha;
        script.Notice($"Checking out {shortSha} as detached HEAD (ref is {info.Ref})...");
        script.Run([.. git.GitWithAuth(userAgent: false), "-c", "submodule.recurse=false", "checkout", "-f", "-q", info.Sha]);
        if (git.Plan.Settings.CleanFlags.Count > 0)
        {
            script.Run(["git", "clean", .. git.Plan.Settings.CleanFlags.Select(Word.FromString)]);
        }

        if (!git.Plan.Settings.LfsSkipSmudge)
        {
            script.If(LfsWorks, lfs => lfs.Run("git", "lfs", "pull").Print(""));
        }
    }

    public static Test LfsWorks { get; } =
        new Test.Succeeds(new Command([Word.FromString("git"), Word.FromString("lfs"), Word.FromString("version")]), ShowOutput: false);
}
