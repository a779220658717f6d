using System.Text;
using Gantry.Engine.Processes;

namespace Gantry.TestKit.Engine;

/// <summary>Runs rendered scripts in a real shell, the way executors do: the script on standard input, a folder of its own.</summary>
public static class ShellHost
{
    private const int OutputLimit = 4 * 1024 * 1024;

    /// <param name="shell">Program such as <c>bash</c> or <c>dash</c>.</param>
    /// <param name="script">The whole script.</param>
    /// <param name="folder">Where it starts; also its HOME.</param>
    /// <param name="cancellationToken">Kills the shell.</param>
    public static async Task<(int Code, string Output)> RunAsync(string shell, string script, string folder, CancellationToken cancellationToken)
    {
        var run = await ChildProcess.RunAsync(
            new ProcessStart
            {
                FileName = shell,
                WorkingFolder = folder,
                Input = ProcessInput.Of(Encoding.UTF8.GetBytes(script)),
                Environment = new ProcessEnvironment
                {
                    Set = new Dictionary<string, string?>
                    {
                        ["HOME"] = folder,
                        // The machine's own git settings must not decide a test.
                        ["GIT_CONFIG_NOSYSTEM"] = "1",
                        ["GIT_CONFIG_COUNT"] = "1",
                        ["GIT_CONFIG_KEY_0"] = "protocol.file.allow",
                        ["GIT_CONFIG_VALUE_0"] = "always",
                    },
                },
            },
            OutputLimit, cancellationToken);
        return (run.Exit.Code, Encoding.UTF8.GetString(run.Output) + run.Error);
    }
}
