using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Sources;

/// <summary>Brings submodules to the state the commit names (official-job-protocol §6.7).</summary>
internal sealed class SubmoduleScript(SourceContext git)
{
    private static readonly Word WithExternalConfig = Word.Expanding("include.path=$" + SourceContext.ExternalConfigVariable);

    private readonly JobSettings _settings = git.Plan.Settings;

    public void Write(ScriptBuilder script)
    {
        script.Notice(Announcement());
        script.Run("git", "submodule", "init");
        Sync(script);
        Clean(script);
        Reset(script);
        script.If(
            new Test.Succeeds(Update(), ShowOutput: true),
            updated => Sync(updated.Notice("Updated submodules")),
            failed => Retry(failed));
        Clean(script);
        script.Notice("Configuring submodules to use parent git credentials...");
        // Always recursive: a submodule's submodule may be fetched by the user's script.
        script.Run("git", "submodule", "foreach", "--recursive",
            Word.Expanding($"git config --replace-all include.path '${SourceContext.ExternalConfigVariable}'"));
        if (!_settings.LfsSkipSmudge)
        {
            script.If(CheckoutScript.LfsWorks, lfs => lfs.Notice("Pulling LFS files...")
                .Run(["git", "-c", WithExternalConfig, "submodule", "foreach", .. Recursive, "git", "lfs", "pull"]));
        }
    }

    private IReadOnlyList<Word> Recursive => _settings.Submodules == SubmoduleStrategy.Recursive ? ["--recursive"] : [];

    /// <summary>The words that restrict a git call to the submodules asked for.</summary>
    internal IReadOnlyList<Word> Paths =>
        _settings.SubmodulePaths.Count == 0 ? [] : ["--", .. _settings.SubmodulePaths.Select(Word.FromString)];

    /// <summary>The flags ask for the newest commit of a branch.</summary>
    internal static bool FollowsBranches(IEnumerable<string> updateFlags) =>
        updateFlags.Any(flag => flag.Equals("--remote", StringComparison.OrdinalIgnoreCase));

    private void Retry(ScriptBuilder script)
    {
        script.Warning("Updating submodules failed. Retrying...");
        if (FollowsBranches(_settings.SubmoduleUpdateFlags))
        {
            // The branch that --remote asks for may be missing in a shallow submodule.
            script.Run(["git", "-c", WithExternalConfig, "submodule", "foreach", .. Recursive,
                "git", "fetch", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
        }

        Sync(script);
        script.Run(Update());
        Reset(script);
    }

    private Command Update() => new(
    [
        "git", "-c", WithExternalConfig, "submodule", "update", "--init", .. Recursive,
        .. _settings.SubmoduleDepth > 0
            ? (IReadOnlyList<Word>)["--depth", _settings.SubmoduleDepth.ToString(CultureInfo.InvariantCulture)] : [],
        .. _settings.SubmoduleUpdateFlags.Select(Word.FromString), .. Paths,
    ]);

    private void Sync(ScriptBuilder script) => script.Run(["git", "submodule", "sync", .. Recursive, .. Paths]);

    private void Clean(ScriptBuilder script)
    {
        var flags = _settings.CleanFlags.Count > 0 ? _settings.CleanFlags : ["-ffdx"];
        script.Run(["git", "submodule", "foreach", .. Recursive, "git", "clean", .. flags.Select(Word.FromString)]);
    }

    private void Reset(ScriptBuilder script) => script.Run(["git", "submodule", "foreach", .. Recursive, "git", "reset", "--hard"]);

    private string Announcement()
    {
        var text = "Updating/initializing submodules";
        text += _settings.Submodules == SubmoduleStrategy.Recursive ? " recursively" : "";
        text += _settings.SubmoduleDepth > 0
            ? string.Create(CultureInfo.InvariantCulture, $" with git depth set to {_settings.SubmoduleDepth}") : "";
        return text + "...";
    }
}
