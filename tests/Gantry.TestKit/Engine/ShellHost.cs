using System.Diagnostics;

namespace Gantry.TestKit.Engine;

/// <summary>Runs rendered scripts in a real shell, the way executors do: the script on standard input, a folder of its own.</summary>
public static class ShellHost
{
    /// <param name="shell">Program such as <c>bash</c> or <c>dash</c>.</param>
    /// <param name="script">The whole script.</param>
    /// <param name="folder">Where it starts; also its HOME.</param>
    /// <param name="cancellationToken">Kills the shell.</param>
    public static async Task<(int Code, string Output)> RunAsync(string shell, string script, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(shell)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = folder;
        // The machine's own git settings must not decide a test.
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_COUNT"] = "1";
        start.Environment["GIT_CONFIG_KEY_0"] = "protocol.file.allow";
        start.Environment["GIT_CONFIG_VALUE_0"] = "always";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{shell} did not start");
        await using var kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(script.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
