using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Sources.Mirrors;

/// <summary>
/// Submodules of a checkout (official-job-protocol §6.7). The folder is fresh, so nothing has to be cleaned or reset. Addresses
/// come from the repository: the file transport is refused to them, as git itself does for clones of strangers.
/// </summary>
internal sealed class PristineSubmodules(HostGit git, SourceTreeRequest request, IJobLog log)
{
    private readonly JobSettings _settings = request.Plan.Settings;

    private IReadOnlyList<string> Recursive => _settings.Submodules == SubmoduleStrategy.Recursive ? ["--recursive"] : [];

    private IReadOnlyList<string> Paths => _settings.SubmodulePaths.Count == 0 ? [] : ["--", .. _settings.SubmodulePaths];

    public async Task UpdateAsync(string work, bool largeFiles, CancellationToken cancellationToken)
    {
        log.Info(Announcement());
        await git.RunAsync(work, ["submodule", "--quiet", "init"], cancellationToken);
        await git.RunAsync(work, ["submodule", "--quiet", "sync", .. Recursive, .. Paths], cancellationToken);
        if (await git.TryAsync(work, Update(), cancellationToken) is not null)
        {
            log.Warning("Updating submodules failed. Retrying...");
            await git.RunAsync(work, ["submodule", "sync", .. Recursive, .. Paths], cancellationToken);
            await git.RunAsync(work, Update(), cancellationToken);
        }

        log.Info("Updated submodules");
        log.Info("Configuring submodules to use parent git credentials...");
        await git.RunAsync(work,
            ["submodule", "--quiet", "foreach", "--recursive", $"git config include.path {BashQuoting.Exact(request.ExternalConfig)}"],
            cancellationToken);
        if (largeFiles)
        {
            log.Info("Pulling LFS files...");
            await git.RunAsync(work, ["submodule", "foreach", .. Recursive, "git lfs pull"], cancellationToken);
        }
    }

    private IReadOnlyList<string> Update() =>
    [
        "submodule", "update", "--init", .. Recursive,
        .. _settings.SubmoduleDepth > 0 ? (IReadOnlyList<string>)["--depth", _settings.SubmoduleDepth.ToString(CultureInfo.InvariantCulture)] : [],
        .. _settings.SubmoduleUpdateFlags, .. Paths,
    ];

    private string Announcement()
    {
        var text = "Updating/initializing submodules" + (_settings.Submodules == SubmoduleStrategy.Recursive ? " recursively" : "");
        return _settings.SubmoduleDepth > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{text} with git depth set to {_settings.SubmoduleDepth}...")
            : text + "...";
    }
}
