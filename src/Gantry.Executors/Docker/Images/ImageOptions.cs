using System.Text.Json;
using Gantry.Engine.Executors;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Docker.Images;

/// <summary><c>image:docker:</c> and <c>services:docker:</c> of a job.</summary>
/// <param name="User">Expanded; empty when not given.</param>
/// <param name="Platform">Expanded; empty when not given.</param>
internal sealed record ImageOptions(string User, string Platform)
{
    public static readonly ImageOptions None = new("", "");

    public static ImageOptions Of(JobImage image, Func<string, string> expand)
    {
        if (image.ExecutorOpts is not { ValueKind: JsonValueKind.Object } options
            || !options.TryGetProperty("docker", out var docker) || docker.ValueKind != JsonValueKind.Object)
        {
            return None;
        }

        return new ImageOptions(expand(Text(docker, "user")), expand(Text(docker, "platform")));
    }

    /// <summary>The user of the build container: the configuration's before the job's; the image's own when empty.</summary>
    /// <param name="settings">Its <c>user</c> and <c>allowed_users</c>.</param>
    /// <exception cref="EnvironmentException">Not on the list.</exception>
    public string UserFor(DockerSettings settings)
    {
        var user = settings.User.Length > 0 ? settings.User : User;
        return IsAllowed(user, settings)
            ? user
            : throw EnvironmentException.Misconfigured($"user \"{user}\" is not an allowed user: [{string.Join(' ', Allowed(settings))}]");
    }

    /// <summary>Whether the build container may run as that user; empty is the image's own.</summary>
    internal static bool IsAllowed(string user, DockerSettings settings) => user.Length == 0 || Allowed(settings) is [] || Allowed(settings).Contains(user);

    // Empty: everybody.
    private static IReadOnlyList<string> Allowed(DockerSettings settings) =>
        settings.AllowedUsers.Count > 0 ? settings.AllowedUsers : settings.User.Length > 0 ? [settings.User] : [];

    private static string Text(JsonElement options, string name) =>
        options.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
}
