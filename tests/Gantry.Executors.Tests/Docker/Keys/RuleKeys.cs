using System.Text.Json;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Docker.Keys;

/// <summary>Keys that decide what a job may do, which image it gets, and how the engine is reached.</summary>
internal static class RuleKeys
{
    public static IReadOnlyDictionary<string, Scenario> Scenarios { get; } = new Dictionary<string, Scenario>
    {
        ["default-image"] = new() { Job = bench => bench.With("KIND", "busybox").Payload = bench.Payload with { Image = null } },
        ["entrypoint"] = new() { Script = "true", Job = bench => bench.Payload = bench.Payload with { Image = ServiceKeys.EntryImage } },
        ["users"] = new() { Script = "true", Job = bench => bench.Payload = bench.Payload with { Image = WithUser("nobody") } },
        ["allowed-images"] = new(),
        ["privileged-images"] = new() { Toml = "privileged = true" },
        ["allowed-policies"] = new() { Toml = "pull_policy = \"never\"", Job = bench => bench.Payload = bench.Payload with { Image = bench.Payload.Image! with { PullPolicy = ["always"] } } },
        ["policies"] = new(),
        ["helper"] = new() { Hook = "echo as $(id -u); echo made > /builds/made; umask", Script = "cat /builds/made; id -u" },
        ["certificates"] = new() { OwnHost = true, Toml = "host = \"tcp://127.0.0.1:{port}\"" },
        ["verification"] = new() { OwnHost = true, Toml = "host = \"tcp://127.0.0.1:{port}\"" },
    };

    public static IReadOnlyList<KeyCase> Cases { get; } =
    [
        new("image", "default-image", "image = \"gantry-test/$KIND:latest\"", seen => Assert.Contains("Using Docker executor with image gantry-test/busybox:latest ...", seen.Text, StringComparison.Ordinal)),
        new("disable_entrypoint_overwrite", "entrypoint", "disable_entrypoint_overwrite = true", seen =>
        {
            Assert.Contains("entrypoint of the image", seen.Output, StringComparison.Ordinal);
            Assert.Contains("WARNING: Entrypoint override disabled", seen.Text, StringComparison.Ordinal);
        }),
        new("allowed_users", "users", "allowed_users = [\"app\", \"root\"]", seen => Assert.Equal("user \"nobody\" is not an allowed user: [app root]", seen.Failure)),
        new("allowed_images", "allowed-images", "allowed_images = [\"other/*\"]", seen =>
        {
            Assert.Equal("disallowed image", seen.Failure);
            Assert.Contains("The \"gantry-test/busybox:latest\" image is not present on list of allowed images:\n- other/*\n", seen.Text, StringComparison.Ordinal);
        }),
        new("allowed_privileged_images", "privileged-images", "allowed_privileged_images = [\"other/*\"]", seen => Assert.False(seen.Host.Privileged)),
        new("allowed_pull_policies", "allowed-policies", "allowed_pull_policies = [\"never\"]", seen =>
            Assert.Contains("pull_policy ([always]) defined in GitLab pipeline config is not one of the allowed_pull_policies ([never])", seen.Failure, StringComparison.Ordinal)),
        new("pull_policy", "policies", "pull_policy = [\"if-not-present\", \"never\"]", seen =>
            Assert.Contains("Using effective pull policy of [if-not-present never] for container gantry-test/busybox:latest", seen.Text, StringComparison.Ordinal)),
        new("helper_image", "helper", "helper_image = \"gantry-test/entry\"\nuser = \"app\"", seen =>
        {
            // The hook ran in the helper image, as its user, and left files that the job's user reads.
            Assert.Equal("entrypoint of the image \nas 0\n0000\nmade\n1000\n", seen.Output);
            Assert.Contains("Using helper image:  gantry-test/entry  (overridden, default would be  registry.gitlab.com/gitlab-org/gitlab-runner/gitlab-runner-helper:ubuntu-", seen.Text, StringComparison.Ordinal);
        }),
        new("helper_image_flavor", "helper", "helper_image_flavor = \"ubuntu\"", seen => Assert.Contains("gitlab-runner-helper:ubuntu-", seen.Text, StringComparison.Ordinal)),
        new("tls_cert_path", "certificates", "tls_cert_path = \"{folder}/certificates\"", seen => Assert.Contains($"{seen.Folder}/certificates/cert.pem: no such file", seen.Failure, StringComparison.Ordinal)),
        new("tls_verify", "verification", "tls_verify = true", seen => Assert.Contains("certificate", seen.Failure, StringComparison.Ordinal)),
    ];

    private static JobImage WithUser(string user) => new()
    {
        Name = LiveEngine.Busybox,
        ExecutorOpts = JsonDocument.Parse($"{{\"docker\":{{\"user\":\"{user}\"}}}}").RootElement.Clone(),
    };
}
