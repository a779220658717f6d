using System.Text;
using Gantry.Engine.Processes;

namespace Gantry.Coordinator.Local;

/// <summary>Git with the user's own configuration, as the user would run it.</summary>
internal static class UserGit
{
    private const int OutputLimit = 256 << 20;

    /// <exception cref="WorkTreeException">There is no git.</exception>
    public static async Task<UserGitRun> RunAsync(
        string folder, IReadOnlyDictionary<string, string?> environment, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            var run = await ChildProcess.RunAsync(
                new ProcessStart
                {
                    FileName = "git",
                    Arguments = arguments,
                    WorkingFolder = folder,
                    Environment = new ProcessEnvironment
                    {
                        Set = new Dictionary<string, string?>(environment, StringComparer.Ordinal) { ["LC_ALL"] = "C", ["GIT_TERMINAL_PROMPT"] = "0" },
                    },
                },
                OutputLimit,
                cancellationToken);
            return new UserGitRun(run.Exit.Code, Encoding.UTF8.GetString(run.Output), run.Error.Trim());
        }
        catch (ProcessException error)
        {
            throw new WorkTreeException($"git is needed and cannot be started: {error.Message}");
        }
    }
}

/// <summary>What git said.</summary>
internal sealed record UserGitRun(int Code, string Text, string Error);
