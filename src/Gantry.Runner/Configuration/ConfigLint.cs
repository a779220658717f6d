using System.Text.RegularExpressions;
using Gantry.Executors.VirtualMachines;

namespace Gantry.Runner.Configuration;

/// <summary>
/// The strict check of <c>lint</c> (official-cli-config §2.2): everything that loading refuses, and what it lets pass in
/// silence: unknown keys, empty addresses and tokens, values that cannot be meant.
/// </summary>
public static class ConfigLint
{
    private static readonly string[] Shells = ["", "bash", "sh", "cmd", "pwsh", "powershell"];

    /// <summary>What is wrong, as the user reads it; null when nothing is.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="compile">Makes a pattern in RE2 syntax; null: it is none.</param>
    public static string? Check(string path, Func<string, Regex?> compile)
    {
        if (!File.Exists(path))
        {
            return $"config file not found: {path}";
        }

        ConfigDocument document;
        try
        {
            document = ConfigReader.Read(path);
        }
        catch (Exception problem) when (problem is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            return $"decoding config: {problem.Message}";
        }

        if (ConfigRules.Check(document) is { Count: > 0 } broken)
        {
            return $"decoding config: {string.Join('\n', broken)}";
        }

        if (Schema(document, compile).ToArray() is { Length: > 0 } problems)
        {
            return $"config schema validation failed: {string.Join('\n', problems.AsEnumerable())}";
        }

        return document.UnknownKeys.Count == 0
            ? null
            : $"{document.UnknownKeys.Count} unknown key(s) found in {path}:\n"
                + string.Join('\n', document.UnknownKeys.Select(key => $"  unknown key: {key}"));
    }

    /// <summary>What a valid file says in vain.</summary>
    public static IReadOnlyList<string> Notes(string path) =>
    [
        .. ConfigReader.Read(path).Table.Tables("runners").Where(runner => runner.Text("executor") == "kubernetes")
            .SelectMany(runner => KubernetesSettingsReader.Read(runner.TableOrEmpty("kubernetes")).WithoutEffect.Select(key =>
                $"runners.kubernetes.{key.Key} of \"{runner.Text("name")}\" has no effect: {key.Why}")),
    ];

    private static IEnumerable<ConfigProblem> Schema(ConfigDocument document, Func<string, Regex?> compile)
    {
        foreach (var runner in document.Table.Tables("runners"))
        {
            foreach (var key in (string[])["url", "token"])
            {
                if (runner.Text(key).Length == 0)
                {
                    yield return Problem(runner, key, $"runners.{key}", "must not be empty");
                }
            }

            if (!Shells.Contains(runner.Text("shell")))
            {
                yield return Problem(runner, "shell", "runners.shell", "must be bash, sh, cmd, pwsh or powershell");
            }

            foreach (var table in (string[])["autoscaler", "kubernetes.autoscaler"])
            {
                var autoscaler = table == "autoscaler" ? runner.Table(table) : runner.Table("kubernetes")?.Table("autoscaler");
                foreach (var policy in autoscaler?.Tables("policy") ?? [])
                {
                    if (policy.Duration("idle_time") is { } idle && idle != TimeSpan.Zero && idle < TimeSpan.FromSeconds(1))
                    {
                        yield return Problem(policy, "idle_time", $"runners.{table}.policy.idle_time", "must be at least 1s");
                    }
                }
            }

            foreach (var threshold in runner.TableOrEmpty("monitoring").Tables("job_queuing_durations").Where(t => !t.Has("periods")))
            {
                yield return Problem(threshold, "periods", "runners.monitoring.job_queuing_durations.periods", "is missing; list the periods");
            }

            foreach (var (line, key, message) in MachineSettingsReader.ProblemsOf(runner).Concat(AutoscalerSettingsReader.ProblemsOf(runner)))
            {
                yield return new ConfigProblem(document.Path, line, key, message);
            }

            foreach (var problem in DockerSettingsReader.ReadEntry(runner).Problems())
            {
                yield return new ConfigProblem(document.Path, 0, $"runners.docker.{problem.Key}", problem.Message);
            }

            foreach (var problem in KubernetesSettingsReader.Read(runner.TableOrEmpty("kubernetes")).Problems())
            {
                yield return new ConfigProblem(document.Path, 0, $"runners.kubernetes.{problem.Key}", problem.Message);
            }

            foreach (var (key, message) in MachinesOf(runner)?.Problems(compile) ?? [])
            {
                var line = key.Split('.') is [var table, var name] ? runner.TableOrEmpty(table).LineOf(name) : 0;
                yield return new ConfigProblem(document.Path, line, $"runners.{key}", message);
            }
        }

        ConfigProblem Problem(ConfigTable table, string key, string path, string message) =>
            new(document.Path, table.LineOf(key), path, message);
    }

    /// <summary>Null: the runner's jobs run elsewhere.</summary>
    private static VmSettings? MachinesOf(ConfigTable runner) => runner.Text("executor") switch
    {
        "virtualbox" => VirtualBoxSettingsReader.Read(runner, home: ""),
        "parallels" => ParallelsSettingsReader.Read(runner, home: ""),
        _ => null,
    };
}
