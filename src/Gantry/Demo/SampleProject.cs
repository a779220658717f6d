using System.Text;
using Gantry.Engine;
using Gantry.Engine.Processes;

namespace Gantry.Demo;

/// <summary>
/// The project that is pushed: a git repository as it is, or the files of a plain folder, committed in a repository of
/// the demonstration's own.
/// </summary>
internal sealed class SampleProject(DemoSettings settings, Secret token)
{
    private const int OutputLimit = 1024 * 1024;

    /// <summary>Pushes to the branch <c>main</c>; returns the commit. A commit that is already there is followed by an empty one.</summary>
    /// <exception cref="InvalidDataException">git refused; the message holds its words.</exception>
    public async Task<string> PushAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Exists(Path.Combine(settings.SampleFolder, ".git")) ? settings.SampleFolder : await PrepareAsync(cancellationToken);
        var commit = (await GitAsync(folder, ["rev-parse", "HEAD"], cancellationToken)).Trim();
        await GitAsync(folder, ["push", "--quiet", "--force", $"{settings.Address}{settings.ProjectPath}.git", $"{commit}:refs/heads/main"], cancellationToken);
        return commit;
    }

    private async Task<string> PrepareAsync(CancellationToken cancellationToken)
    {
        var work = settings.WorkFolder;
        if (!Directory.Exists(Path.Combine(work, ".git")))
        {
            Directory.CreateDirectory(work);
            await GitAsync(work, ["init", "--quiet"], cancellationToken);
        }

        foreach (var file in Directory.EnumerateFiles(settings.SampleFolder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(work, Path.GetRelativePath(settings.SampleFolder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }

        await GitAsync(work, ["add", "--all"], cancellationToken);
        await GitAsync(work, ["commit", "--quiet", "--allow-empty", "--message", $"Show {settings.ProjectName}"], cancellationToken);
        return work;
    }

    private async Task<string> GitAsync(string folder, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes("root:" + token.Reveal()));
        var run = await ChildProcess.RunAsync(
            new ProcessStart
            {
                FileName = "git",
                Arguments = ["-C", folder, .. arguments],
                Environment = new ProcessEnvironment
                {
                    // The login goes by the environment: arguments are visible to every user of the machine.
                    Set = new Dictionary<string, string?>
                    {
                        ["GIT_TERMINAL_PROMPT"] = "0",
                        ["GIT_AUTHOR_NAME"] = "Gantry",
                        ["GIT_AUTHOR_EMAIL"] = "gantry@localhost",
                        ["GIT_COMMITTER_NAME"] = "Gantry",
                        ["GIT_COMMITTER_EMAIL"] = "gantry@localhost",
                        ["GIT_CONFIG_COUNT"] = "1",
                        ["GIT_CONFIG_KEY_0"] = $"http.{settings.Address}.extraHeader",
                        ["GIT_CONFIG_VALUE_0"] = $"Authorization: Basic {login}",
                    },
                },
            },
            OutputLimit,
            cancellationToken);
        return run.Exit.IsSuccess
            ? Encoding.UTF8.GetString(run.Output)
            : throw new InvalidDataException($"git {arguments[0]} ended with {run.Exit.Text}: {run.Error.Trim()}");
    }
}
