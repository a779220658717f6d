namespace Gantry.Runner.Configuration;

/// <summary>What is allowed in a file and most likely not meant (official-cli-config §3.1).</summary>
internal static class LoadWarnings
{
    private static readonly string[] Levels = ["panic", "fatal", "error", "warning", "warn", "info", "debug", "trace"];
    private static readonly string[] Formats = ["runner", "text", "json"];

    public static IEnumerable<string> Of(RunnerDaemonSettings settings)
    {
        if (settings.LogLevel is { } level && !Levels.Contains(level, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"log_level \"{level}\" is not known and has no effect; use one of {string.Join(", ", Levels)}";
        }

        if (settings.LogFormat is { } format && !Formats.Contains(format))
        {
            yield return $"log_format \"{format}\" is not known and has no effect; use one of {string.Join(", ", Formats)}";
        }

        foreach (var key in settings.Document.UnknownKeys)
        {
            yield return $"unknown key {key}: it has no effect";
        }

        foreach (var key in WithoutEffect(settings.Document.Table))
        {
            yield return $"{key} is not part of this version and has no effect; remove it to silence this warning";
        }

        foreach (var runner in settings.Runners)
        {
            var name = $"Runner \"{runner.Settings.Name}\" (entry {runner.Index + 1})";
            if (!runner.HasToken)
            {
                yield return $"{name}: token is empty or whitespace; the entry is not polled. Register it again or set its token";
            }

            if (runner.Settings.Id == 0 && runner.Settings.FeatureFlags.GetValueOrDefault("FF_SUSPENDABLE_ENVIRONMENTS"))
            {
                yield return $"{name}: no id set (or id = 0), which FF_SUSPENDABLE_ENVIRONMENTS needs. Copy the runner's number from the server";
            }

            foreach (var warning in OfExecutor(runner))
            {
                yield return $"{name}: {warning}";
            }

            foreach (var key in WithoutEffect(runner))
            {
                yield return $"{name}: {key} is not part of this version and has no effect; remove it to silence this warning";
            }

            if (runner.Settings.Url.TrimEnd('/').EndsWith("/ci", StringComparison.Ordinal))
            {
                yield return $"{name}: the url ends in /ci, which is the address of servers of old. Remove /ci";
            }
        }
    }

    private static IEnumerable<string> OfExecutor(RunnerEntry runner) =>
        DockerSettingsReader.Read(runner).Problems().Select(problem => $"runners.docker.{problem.Key}: {problem.Message}")
            .Concat(KubernetesProblems(runner).Select(problem => $"runners.kubernetes.{problem}"))
            .Concat(OfMachines(runner));

    private static IEnumerable<string> KubernetesProblems(RunnerEntry runner)
    {
        if (runner.Settings.Executor != "kubernetes")
        {
            return [];
        }

        var settings = KubernetesSettingsReader.Read(runner);
        return settings.Problems().Select(problem => $"{problem.Key}: {problem.Message}")
            .Concat(settings.WithoutEffect.Select(key => $"{key.Key} has no effect: {key.Why}"));
    }

    private static IEnumerable<string> OfMachines(RunnerEntry runner)
    {
        foreach (var problem in MachineSettingsReader.ProblemsOf(runner.Table).Concat(AutoscalerSettingsReader.ProblemsOf(runner.Table)))
        {
            yield return $"{problem.Key} {problem.Message}";
        }

        if (runner.Table.TableOrEmpty("machine").TextList("OffPeakPeriods").Count > 0)
        {
            yield return "OffPeakPeriods is from runners of old and has no effect; write [[runners.machine.autoscaling]] with Periods instead";
        }
    }

    private static IEnumerable<string> WithoutEffect(ConfigTable document)
    {
        if (document.TableOrEmpty("experimental").TableOrEmpty("usage_logger").Boolean("enabled"))
        {
            yield return "[experimental.usage_logger]";
        }
    }

    private static IEnumerable<string> WithoutEffect(RunnerEntry runner)
    {
        var table = runner.Table;
        if (table.TableOrEmpty("experimental").TableOrEmpty("boot_verify").Boolean("enabled"))
        {
            yield return "[runners.experimental.boot_verify]";
        }

        if (table.TableOrEmpty("referees").Table("metrics") is not null)
        {
            yield return "[runners.referees.metrics]";
        }

        if (table.TableOrEmpty("monitoring").Tables("job_queuing_durations").Count > 0)
        {
            yield return "[[runners.monitoring.job_queuing_durations]]";
        }

        if (table.Boolean("use_slot_cgroups") && !AutoscalerSettingsReader.IsAutoscaled(runner.Settings.Executor))
        {
            yield return "use_slot_cgroups";
        }

        foreach (var key in AutoscalerSettingsReader.WithoutEffect(table))
        {
            yield return key;
        }

        if (runner.Settings.FeatureFlags.GetValueOrDefault("FF_USE_JOB_ROUTER"))
        {
            yield return "FF_USE_JOB_ROUTER";
        }
    }
}
