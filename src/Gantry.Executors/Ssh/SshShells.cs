using Gantry.Engine.Executors;

namespace Gantry.Executors.Ssh;

/// <summary>The shells that read their script from a session.</summary>
internal static class SshShells
{
    private static readonly string[] Names = ["bash", "sh"];

    /// <param name="shell">Of the runner.</param>
    /// <param name="executor">As its own messages spell it.</param>
    /// <exception cref="EnvironmentException">It is another one.</exception>
    public static void Check(string shell, string executor)
    {
        if (!Names.Contains(shell))
        {
            throw EnvironmentException.Misconfigured(
                $"{executor} doesn't support shells that require script file: set `shell` of the runner to one of {string.Join(", ", Names)} instead of {shell}");
        }
    }
}
