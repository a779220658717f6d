using System.Globalization;
using System.Text;
using Gantry.CommandLine;
using Gantry.Engine.Processes;

namespace Gantry.Doctor;

/// <summary>Programs, disks and limits of this machine.</summary>
internal sealed class MachineChecks(CommandContext context, CheckReport report)
{
    private const long LittleSpace = 2L << 30;
    private const long NoSpace = 200L << 20;
    private const int FilesPerJob = 16;

    private static readonly Version OldestGit = new(2, 18);

    public async Task CheckGitAsync(CancellationToken cancellationToken)
    {
        if (await OutputOfAsync("git", ["--version"], cancellationToken) is not { } line)
        {
            report.Bad("git", "there is no git on PATH", "install git (Debian, Ubuntu: apt-get install git)");
            return;
        }

        var text = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2) ?? "";
        var number = string.Join('.', text.Split('.').TakeWhile(part => part.All(char.IsAsciiDigit)).Take(2));
        if (Version.TryParse(number, out var version) && version < OldestGit)
        {
            report.Warn("git", $"{text} is old; some jobs need {OldestGit}", "install a newer git");
        }
        else
        {
            report.Good("git", text);
        }

        if (await OutputOfAsync("git", ["lfs", "version"], cancellationToken) is null)
        {
            report.Skip("git-lfs", "not installed; only projects that keep files in LFS need it");
        }
    }

    /// <summary>A shell by the name in the configuration.</summary>
    public async Task CheckShellAsync(string shell, CancellationToken cancellationToken)
    {
        if (await OutputOfAsync(shell, ["-c", "echo here"], cancellationToken) is null)
        {
            report.Bad("shell", $"{shell} cannot be run", $"install {shell}, or set `shell` of the runner");
        }
        else
        {
            report.Good("shell", shell);
        }
    }

    /// <summary>One of the operator's own programs, by the key that names it.</summary>
    public void CheckProgram(string key, string program, string fix)
    {
        var places = program.Contains('/')
            ? [program]
            : context.Environment.GetValueOrDefault("PATH", "").Split(':').Select(folder => Path.Combine(folder, program)).ToArray();
        if (places.FirstOrDefault(File.Exists) is not { } path)
        {
            report.Bad(key, $"there is no {program}", fix);
        }
        else if (!OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0)
        {
            report.Bad(key, $"{path} is not executable", $"chmod +x {path}");
        }
        else
        {
            report.Good(key, path);
        }
    }

    public void CheckDisk(string what, string folder)
    {
        for (var existing = Path.GetFullPath(folder); ; existing = Path.GetDirectoryName(existing)!)
        {
            if (Directory.Exists(existing) || Path.GetDirectoryName(existing) is null)
            {
                folder = existing;
                break;
            }
        }

        try
        {
            var free = new DriveInfo(folder).AvailableFreeSpace;
            var text = string.Create(CultureInfo.InvariantCulture, $"{folder}: {free / (double)(1L << 30):0.0} GiB free");
            if (free < NoSpace)
            {
                report.Bad(what, text, "free space on this disk (docker system df, gantry server data, old builds)");
            }
            else if (free < LittleSpace)
            {
                report.Warn(what, text, "free space on this disk before large jobs come");
            }
            else
            {
                report.Good(what, text);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            report.Warn(what, problem.Message, $"look at the disk of {folder}");
        }
    }

    /// <summary>Each job holds pipes, its log and connections open.</summary>
    public void CheckFiles(int concurrent)
    {
        const string Limits = "/proc/self/limits";
        if (!File.Exists(Limits)
            || File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal)) is not { } line
            || !long.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture, out var hard))
        {
            return;
        }

        var needed = 256 + ((long)concurrent * FilesPerJob);
        if (hard < needed)
        {
            report.Warn("open files", $"at most {hard}; {concurrent} jobs at once may need {needed}", $"ulimit -n {needed}, or LimitNOFILE={needed} in the unit");
        }
        else
        {
            report.Good("open files", string.Create(CultureInfo.InvariantCulture, $"up to {hard}"));
        }
    }

    private async Task<string?> OutputOfAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            var run = await ChildProcess.RunAsync(
                new ProcessStart { FileName = program, Arguments = arguments, WorkingFolder = Path.GetTempPath(), Time = context.Time }, 64 * 1024, limit.Token);
            return run.Exit.IsSuccess ? Encoding.UTF8.GetString(run.Output).Trim() : null;
        }
        catch (Exception problem) when (problem is ProcessException || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
