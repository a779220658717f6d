using System.Text;

namespace Gantry.Executors.Docker.Images;

/// <summary>
/// What was tried, and what to write where, when an image could not be had. The classic: an image made on this machine is on no
/// registry, and the default policy asks the registry all the same.
/// </summary>
internal static class PullAdvice
{
    /// <summary>Every policy with its outcome, and where the policies were set.</summary>
    public static string Tries(string image, PullPolicies policies, IReadOnlyList<PullTry> tries)
    {
        var text = new StringBuilder($"\n\nTried for \"{image}\", by pull policies set {Where(policies)}:");
        foreach (var one in tries)
        {
            var credentials = one.Credentials is null || one.Policy == PullPolicy.Never ? "" : $" ({one.Credentials})";
            text.Append($"\n- {PullPolicies.NameOf(one.Policy)}: {one.Error.Message.Trim()}{credentials}");
        }

        return text.ToString();
    }

    /// <summary>The pull failed, but the engine has an image of that name.</summary>
    public static string ForLocalImage(string image, Api.ImageDetails local, PullPolicies policies, DockerSettings settings)
    {
        var found = $"\n\nThe image \"{image}\" exists on this engine ({Short(local.Id)}), but the pull policy {policies}, set {Where(policies)}, asks a registry for it every time.";
        if (policies.Source == PullPolicies.FromJob)
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
        $"\n\nThe pull policy {policies}, set {Where(policies)}, allows local images only, and this engine has no \"{image}\"."
        + "\nMake or load it on the engine's machine (docker build, docker import, docker load), or allow a pull in [runners.docker] of config.toml:\n\n    pull_policy = [\"if-not-present\"]";

    /// <summary>The registry wants to know who asks.</summary>
    public static string ForDeniedPull(string image) =>
        $"\n\nThe registry of \"{image}\" does not give it to this job. If it exists, give a login: a CI/CD variable DOCKER_AUTH_CONFIG"
        + " (in the project, or in `environment` of the runner), or `docker login` as the user that the runner runs as.";

    private static string Where(PullPolicies policies) => policies.Source switch
    {
        PullPolicies.FromJob => "by `pull_policy` in the job of .gitlab-ci.yml",
        PullPolicies.FromConfig => "by Runner config (`pull_policy` in [runners.docker] of config.toml)",
        _ => "by default (there is no `pull_policy` in [runners.docker] of config.toml)",
    };

    private static string Short(string id) => id.StartsWith("sha256:", StringComparison.Ordinal) && id.Length > 19 ? id[7..19] : id;
}
