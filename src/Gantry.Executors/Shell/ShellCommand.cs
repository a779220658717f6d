using System.Text;

namespace Gantry.Executors.Shell;

/// <summary>The program that reads a stage script on its standard input, or from a file (official-job-protocol §8.2, §8.3).</summary>
/// <param name="FileName">Found on PATH.</param>
/// <param name="Arguments">Never hold any part of a script.</param>
internal sealed record ShellCommand(string FileName, IReadOnlyList<string> Arguments)
{
    private static readonly string[] PowerShellFlags =
        ["-NoProfile", "-NoLogo", "-InputFormat", "text", "-OutputFormat", "text", "-NonInteractive", "-ExecutionPolicy", "Bypass"];

    // Sets the encodings before the shell that reads the script begins to read, and passes on how that one ended.
    private const string Bootstrap =
        "$OutputEncoding = [console]::InputEncoding = [console]::OutputEncoding = New-Object System.Text.UTF8Encoding\r\n"
        + "pwsh -NoProfile -NonInteractive -Command -\r\n"
        + "if(!$?) { Exit &{if($LASTEXITCODE) {$LASTEXITCODE} else {1}} }";

    /// <param name="shell"><c>bash</c>, <c>sh</c>, <c>pwsh</c> or <c>powershell</c>.</param>
    /// <param name="login">Reads the profile files first; PowerShell never does.</param>
    /// <param name="user">Whose shell; empty for the runner's own user.</param>
    public static ShellCommand For(string shell, bool login, string user)
    {
        IReadOnlyList<string> own = shell switch
        {
            "pwsh" => [.. PowerShellFlags, "-EncodedCommand", Convert.ToBase64String(Encoding.Unicode.GetBytes(Bootstrap))],
            "powershell" => [.. PowerShellFlags, "-Command", "-"],
            _ => login ? ["-l"] : [],
        };
        return As(user, shell, own);
    }

    /// <summary>For a person at a terminal.</summary>
    /// <inheritdoc cref="For"/>
    public static ShellCommand Interactive(string shell, string user) =>
        As(user, shell, shell is "pwsh" or "powershell" ? ["-NoLogo"] : ["-l"]);

    private static ShellCommand As(string user, string shell, IReadOnlyList<string> own)
    {
        if (user.Length == 0)
        {
            return new ShellCommand(shell, own);
        }

        var command = string.Join(' ', own.Prepend(shell));
        return new ShellCommand("su", OperatingSystem.IsLinux()
            ? ["-s", LoginProgram(shell), user, "-c", command]
            : [user, "-c", command]);
    }

    /// <summary>The script is a file (<c>FF_DISABLE_POWERSHELL_STDIN</c>); its path is the last argument.</summary>
    public static ShellCommand ForFile(string shell, params string[] path) =>
        new(shell, ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", .. path]);

    // Where pwsh is differs from machine to machine; sh finds it on PATH.
    private static string LoginProgram(string shell) => shell is "bash" or "sh" ? "/bin/" + shell : "/bin/sh";
}
