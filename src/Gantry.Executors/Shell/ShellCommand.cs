namespace Gantry.Executors.Shell;

/// <summary>The program that reads a stage script on its standard input (official-job-protocol §8.2).</summary>
/// <param name="FileName">Found on PATH.</param>
/// <param name="Arguments">Never hold any part of a script.</param>
internal sealed record ShellCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <param name="shell"><c>bash</c> or <c>sh</c>.</param>
    /// <param name="login">Reads the profile files first.</param>
    /// <param name="user">Whose shell; empty for the runner's own user.</param>
    public static ShellCommand For(string shell, bool login, string user)
    {
        IReadOnlyList<string> own = login ? ["-l"] : [];
        if (user.Length == 0)
        {
            return new ShellCommand(shell, own);
        }

        var command = string.Join(' ', own.Prepend(shell));
        return new ShellCommand("su", OperatingSystem.IsLinux()
            ? ["-s", "/bin/" + shell, user, "-c", command]
            : [user, "-c", command]);
    }
}
