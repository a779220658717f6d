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
        var allowed = settings.AllowedUsers.Count > 0 ? settings.AllowedUsers : settings.User.Length > 0 ? [settings.User] : [];
        return user.Length == 0 || allowed.Count == 0 || allowed.Contains(user)
            ? user
            : throw EnvironmentException.Misconfigured($"user \"{user}\" is not an allowed user: [{string.Join(' ', allowed)}]");
    }

    private static string Text(JsonElement options, string name) =>
        options.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
}
