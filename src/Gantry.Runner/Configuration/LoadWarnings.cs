namespace Gantry.Runner.Configuration;

/// <summary>What is allowed in a file and most likely not meant (official-cli-config §3.1).</summary>
internal static class LoadWarnings
{
    public static IEnumerable<string> Of(RunnerDaemonSettings settings)
    {
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

            foreach (var problem in DockerSettingsReader.Read(runner).Problems())
            {
                yield return $"{name}: runners.docker.{problem.Key}: {problem.Message}";
            }

            if (runner.Settings.Url.TrimEnd('/').EndsWith("/ci", StringComparison.Ordinal))
            {
                yield return $"{name}: the url ends in /ci, which is the address of servers of old. Remove /ci";
            }
        }
    }
}
