using Gantry.CommandLine;
using Gantry.Commands;
using Gantry.Runner.Configuration;
using Gantry.Runner.Control;

namespace Gantry.Doctor;

/// <summary>The whole check, in the order in which a job would meet the things.</summary>
internal sealed class MachineCheckup(CommandContext context, string configPath, string stateFolder, CheckReport report)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        report.Section("Configuration");
        var settings = CheckConfiguration();
        report.Section("Machine");
        var machine = new MachineChecks(context, report);
        await machine.CheckGitAsync(cancellationToken);
        machine.CheckDisk("temporary folder", Path.GetTempPath());
        CheckState(machine);
        machine.CheckFiles(settings?.Concurrent ?? 1);
        await CheckDaemonAsync(cancellationToken);
        foreach (var runner in settings?.Runners ?? [])
        {
            report.Section($"Runner \"{runner.Settings.Name}\" ({runner.Settings.Executor})");
            await new RunnerChecks(context, runner, settings!.SystemId, report).RunAsync(machine, cancellationToken);
        }
    }

    private RunnerDaemonSettings? CheckConfiguration()
    {
        if (!File.Exists(configPath))
        {
            report.Bad("file", $"{configPath} does not exist", $"gantry register --config {configPath}");
            return null;
        }

        if (ConfigLint.Check(configPath, ExecutorHost.Pattern) is { } problems)
        {
            var usable = problems.Contains("unknown key", StringComparison.Ordinal);
            if (usable)
            {
                report.Warn("file", problems, $"correct or remove the keys in {configPath}, then: gantry lint --config {configPath}");
            }
            else
            {
                report.Bad("file", problems, $"edit {configPath}, then: gantry lint --config {configPath}");
            }
        }
        else
        {
            report.Good("file", configPath);
        }

        CheckMode();
        try
        {
            var settings = SettingsReader.Load(configPath, RunnerTools.Settings(context));
            CheckNumbers(settings);
            return settings;
        }
        catch (Exception broken) when (broken is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            // Said above, by the strict check.
            return null;
        }
    }

    private void CheckMode()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(configPath) & Others) != 0)
        {
            report.Warn("mode of the file", "others can read the runners' tokens", $"chmod 600 {configPath}");
        }
    }

    private void CheckNumbers(RunnerDaemonSettings settings)
    {
        if (settings.Runners.Count == 0)
        {
            report.Bad("runners", "the file has no [[runners]] entry", $"gantry register --config {configPath}");
        }
        else if (settings.Concurrent < 1)
        {
            report.Bad("concurrent", $"{settings.Concurrent}: no job would ever run", "set concurrent to 1 or more");
        }
        else
        {
            report.Good("runners", $"{settings.Runners.Count}, {settings.Concurrent} jobs at once");
        }
    }

    private void CheckState(MachineChecks machine)
    {
        try
        {
            Directory.CreateDirectory(stateFolder);
            var probe = Path.Combine(stateFolder, $"doctor-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            machine.CheckDisk("state folder", stateFolder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            report.Bad("state folder", problem.Message, $"run as the daemon's user, or give the daemon another folder: gantry run --state-dir DIR");
        }
    }

    private async Task CheckDaemonAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var daemon = await ControlClient.ConnectAsync(ControlSocket.In(stateFolder), cancellationToken);
            if (daemon is null)
            {
                report.Warn("daemon", "it does not run", "gantry start (as a service), or gantry run");
                return;
            }

            var status = await daemon.AskAsync("status", cancellationToken);
            if (status.ConfigBroken)
            {
                report.Bad("daemon", "it works with an earlier configuration, the file on disk is broken", $"gantry lint --config {configPath}");
            }
            else if (status.Draining)
            {
                report.Warn("daemon", $"pid {status.ProcessId} takes no jobs: it is drained", "gantry undrain");
            }
            else
            {
                report.Good("daemon", $"pid {status.ProcessId}, {status.Jobs.Count} jobs running");
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            report.Warn("daemon", problem.Message, "run gantry doctor as the daemon's user");
        }
    }
}
