using Gantry.Executors;
using Gantry.Executors.Machines;

namespace Gantry.Runner.Configuration;

/// <summary>From <c>[runners.machine]</c> and <c>[machine.shutdown_drain]</c> to settings of docker+machine and docker-ssh+machine.</summary>
public static class MachineSettingsReader
{
    private const string Suffix = "+machine";
    private const string BySsh = "docker-ssh" + Suffix;

    /// <param name="entry">Its periods have been checked when the file was read.</param>
    public static MachineSettings Read(RunnerEntry entry) => Read(entry.Table.Table("machine")) with
    {
        ShortToken = entry.Settings.ShortToken,
        Limit = entry.Limit,
        EntersBySsh = entry.Settings.Executor == BySsh,
    };

    internal static MachineSettings Read(ConfigTable? machine) => machine is null ? new MachineSettings() : new MachineSettings
    {
        IsConfigured = true,
        MaxGrowthRate = (int)machine.Number("MaxGrowthRate"),
        MaxBuilds = (int)machine.Number("MaxBuilds"),
        MaxRemovalAttempts = machine.Number("MaxRemovalAttempts") is > 0 and var tries ? (int)tries : MachineSettings.DefaultRemovalAttempts,
        Driver = machine.Text("MachineDriver"),
        NameTemplate = machine.Text("MachineName"),
        Options = machine.TextList("MachineOptions"),
        OptionsWithName = machine.TextList("MachineOptionsWithName"),
        Idle = ReadIdle(machine),
        Schedules = [.. machine.Tables("autoscaling").Select(one => new IdleSchedule(ReadPeriods(one), ReadIdle(one)))],
    };

    internal static MachineDrain ReadDrain(ConfigTable drain)
    {
        var defaults = new MachineDrain();
        return new MachineDrain
        {
            IsEnabled = drain.Boolean("enabled"),
            Concurrency = drain.Number("concurrency") is > 0 and var most ? (int)most : defaults.Concurrency,
            Tries = drain.Number("max_retries") is > 0 and var tries ? (int)tries : defaults.Tries,
            Backoff = drain.Duration("retry_backoff") is { } wait && wait > TimeSpan.Zero ? wait : defaults.Backoff,
        };
    }

    /// <summary>Periods and time zones that cannot be read, with their lines.</summary>
    internal static IEnumerable<(int Line, string Message)> WrongPeriods(ConfigTable machine) =>
        machine.Tables("autoscaling").SelectMany(one => WrongPeriods(one, "Periods", "Timezone"));

    /// <summary>The same of one table, whatever its keys are called.</summary>
    internal static IEnumerable<(int Line, string Message)> WrongPeriods(ConfigTable table, string periods, string zone)
    {
        if (Problem(() => TimePeriods.Parse([], table.Text(zone))) is { } ofZone)
        {
            yield return (table.LineOf(zone), ofZone);
        }

        if (Problem(() => TimePeriods.Parse(table.TextList(periods), "")) is { } ofPeriods)
        {
            yield return (table.LineOf(periods), ofPeriods);
        }
    }

    /// <summary>What an entry with machines lacks; nothing for other executors.</summary>
    internal static IEnumerable<(int Line, string Key, string Message)> ProblemsOf(ConfigTable runner)
    {
        var executor = runner.Text("executor");
        if (!executor.EndsWith(Suffix, StringComparison.Ordinal))
        {
            return [];
        }

        var machine = runner.Table("machine");
        return (Read(machine) with { EntersBySsh = executor == BySsh }).Problems().Select(problem => problem.Key.Length == 0
            ? (runner.LineOf("executor"), "runners.machine", problem.Message)
            : (machine!.LineOf(problem.Key), $"runners.machine.{problem.Key}", problem.Message));
    }

    private static string? Problem(Func<TimePeriods> read)
    {
        try
        {
            read();
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }

    private static IdleTarget ReadIdle(ConfigTable table) => new()
    {
        Count = (int)table.Number("IdleCount"),
        ScaleFactor = table.Fraction("IdleScaleFactor"),
        CountMin = (int)table.Number("IdleCountMin"),
        Time = TimeSpan.FromSeconds(Math.Clamp(table.Number("IdleTime"), 0, int.MaxValue)),
    };

    private static TimePeriods ReadPeriods(ConfigTable table) => TimePeriods.Parse(table.TextList("Periods"), table.Text("Timezone"));
}
