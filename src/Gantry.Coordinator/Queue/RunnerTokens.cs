using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>The tokens of runners.</summary>
internal static class RunnerTokens
{
    /// <summary>Made for a user: the runner's settings live on the server.</summary>
    public const string CreatedPrefix = "glrt-";

    /// <summary>Made for a registration token, the legacy way.</summary>
    public const string RegisteredPrefix = "glrtr-";

    /// <summary>Registration tokens of instance and projects.</summary>
    public const string RegistrationPrefix = "GR1348941";

    private const int ShortLength = 9;

    public static string Create(bool legacy) => TokenHash.Create(legacy ? RegisteredPrefix : CreatedPrefix);

    public static string CreateRegistration() => TokenHash.Create(RegistrationPrefix);

    /// <summary>What is shown beside the id, as the runner itself shows it.</summary>
    public static string Shorten(string token)
    {
        var rest = token.AsSpan();
        foreach (var prefix in new[] { CreatedPrefix, RegisteredPrefix, RegistrationPrefix })
        {
            if (rest.StartsWith(prefix))
            {
                rest = rest[prefix.Length..];
                break;
            }
        }

        return rest.Length > ShortLength ? rest[..ShortLength].ToString() : rest.ToString();
    }
}
