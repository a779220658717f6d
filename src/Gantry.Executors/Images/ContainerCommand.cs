using System.Text;
using Gantry.Engine.Shells;

namespace Gantry.Executors.Images;

/// <summary>What a container runs to read a script from its standard input (official-job-protocol §8.2).</summary>
internal static class ContainerCommand
{
    /// <summary>Takes the place of the first of these shells; the image need not have bash.</summary>
    private const string Detect = """
        if [ -x /usr/local/bin/bash ]; then
        	exec /usr/local/bin/bash 
        elif [ -x /usr/bin/bash ]; then
        	exec /usr/bin/bash 
        elif [ -x /bin/bash ]; then
        	exec /bin/bash 
        elif [ -x /usr/local/bin/sh ]; then
        	exec /usr/local/bin/sh 
        elif [ -x /usr/bin/sh ]; then
        	exec /usr/bin/sh 
        elif [ -x /bin/sh ]; then
        	exec /bin/sh 
        elif [ -x /busybox/sh ]; then
        	exec /busybox/sh 
        else
        	echo shell not found
        	exit 1
        fi
        """;

    /// <summary>
    /// What a container runs while others run scripts in it: a first process that does nothing, ends when it is told to, and needs a shell
    /// only. Without <c>sleep</c> it waits for an input that never comes.
    /// </summary>
    /// <param name="mark">A file that it makes when it begins; null: none.</param>
    public static IReadOnlyList<string> Idle(string? mark) =>
    [
        "sh", "-c",
        (mark is null ? "" : $": > {BashQuoting.Exact(mark)}\n")
            + "trap 'exit 0' TERM INT\nif command -v sleep >/dev/null 2>&1; then while :; do sleep 3600 & wait $!; done; fi\nread -r l\n",
    ];

    /// <summary>Ends everything in the container but its first process; a shell as first process ignores the signal of a stop.</summary>
    public const string TerminateAll = "kill -TERM -1";

    /// <summary>The same without asking.</summary>
    public const string KillAll = "kill -KILL -1";

    /// <summary>A shell for a person: bash where there is one, in a folder if it is there.</summary>
    public static IReadOnlyList<string> Interactive(string folder) =>
        ["sh", "-c", $"cd {BashQuoting.Exact(folder)} 2>/dev/null\n{Detect.ReplaceLineEndings("\n")}"];

    /// <summary>
    /// Sets UTF-8 for what is read and printed, and lets another pwsh read the script: the encoding of its own input a shell cannot change
    /// any more (official-job-protocol §8.3).
    /// </summary>
    private const string InUtf8 = """
        $OutputEncoding = [Console]::InputEncoding = [Console]::OutputEncoding = [System.Text.UTF8Encoding]::new($false)
        pwsh -NoProfile -NoLogo -NonInteractive -ExecutionPolicy Bypass -Command -
        exit $LASTEXITCODE
        """;

    /// <param name="shell">The plan's.</param>
    public static IReadOnlyList<string> ForWindows(string shell) => shell == "pwsh"
        ? [.. PowerShell(shell), "-EncodedCommand", Convert.ToBase64String(Encoding.Unicode.GetBytes(InUtf8))]
        : [.. PowerShell(shell), "-Command", "-"];

    private static IEnumerable<string> PowerShell(string shell) =>
        [shell, "-NoProfile", "-NoLogo", "-InputFormat", "text", "-OutputFormat", "text", "-NonInteractive", "-ExecutionPolicy", "Bypass"];

    /// <param name="shell">The plan's.</param>
    /// <param name="openFiles">What the script makes is for everybody to write.</param>
    public static IReadOnlyList<string> For(string shell, bool openFiles = false) => shell switch
    {
        "pwsh" or "powershell" => [.. PowerShell(shell), "-Command", "-"],
        _ => ["sh", "-c", (openFiles ? "umask 0000\n" : "") + Detect.ReplaceLineEndings("\n")],
    };
}
