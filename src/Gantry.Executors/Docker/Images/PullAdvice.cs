namespace Gantry.Executors.Docker.Images;

/// <summary>
/// What to write where, when a pull failed for a reason that a setting cures. The classic: an image made on this machine
/// is on no registry, and the default policy asks the registry all the same.
/// </summary>
internal static class PullAdvice
{
    /// <summary>The registry refused, but the engine has an image of that name.</summary>
    public static string ForLocalImage(string image, Api.ImageDetails local, PullPolicies policies, DockerSettings settings)
    {
        var found = $"\n\nThe image \"{image}\" exists on this engine ({Short(local.Id)}), but the pull policy {policies}, set by {policies.Source}, asks a registry for it every time.";
        if (policies.Source == "GitLab pipeline config")
        {
            var allowed = PullPolicies.Allowed(settings.AllowedPullPolicies, settings.PullPolicy);
            return found + (allowed.Contains(PullPolicy.IfNotPresent)
                ? $"\nTo use the local image, write in the job of .gitlab-ci.yml:\n\n  image:\n    name: {image}\n    pull_policy: if-not-present"
                : "\nTo use the local image, add to [runners.docker] in config.toml:\n\n    allowed_pull_policies = [\"always\", \"if-not-present\"]\n\nand `pull_policy: if-not-present` below `image:` in the job.");
        }

        return found + "\nTo use the local image, add this line to [runners.docker] in config.toml:\n\n    pull_policy = [\"if-not-present\"]"
            + (settings.AllowedPullPolicies.Count == 0 || settings.AllowedPullPolicies.Contains("if-not-present") ? ""
                : "\n\nand add \"if-not-present\" to its allowed_pull_policies.");
    }

    /// <summary>Nothing may be pulled and nothing is there.</summary>
    public static string ForMissingImage(string image, PullPolicies policies) =>
        $"\n\nThe pull policy {policies}, set by {policies.Source}, allows local images only, and this engine has no \"{image}\"."
        + "\nMake or load it on the engine's machine (docker build, docker import, docker load), or allow a pull in [runners.docker] of config.toml:\n\n    pull_policy = [\"if-not-present\"]";

    private static string Short(string id) => id.StartsWith("sha256:", StringComparison.Ordinal) && id.Length > 19 ? id[7..19] : id;
}
