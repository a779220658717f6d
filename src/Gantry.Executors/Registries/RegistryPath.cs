namespace Gantry.Executors.Registries;

/// <summary>Normal forms under which logins and images meet (official-executors §2.5).</summary>
internal static class RegistryPath
{
    /// <summary>Of a login: <c>https://index.docker.io/v1/</c> → <c>docker.io</c>, <c>host:5000/group/image:tag</c> → without the tag.</summary>
    public static string OfLogin(string text)
    {
        foreach (var scheme in (string[])["https://", "http://"])
        {
            // Addresses of the old style name a whole registry, whatever path follows.
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return Host(text[scheme.Length..].Split('/')[0]);
            }
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? Host(text) : Host(text[..slash]) + WithoutVersion(text[slash..]);
    }

    /// <summary>Of an image: the registry is always there, tag and digest are not.</summary>
    public static string OfImage(string image)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : image[..slash];
        var hasHost = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal)
            || first.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        return hasHost ? Host(first) + WithoutVersion(image[slash..]) : "docker.io/" + WithoutVersion(image);
    }

    /// <summary>The path and everything above it, longest first.</summary>
    public static IEnumerable<string> Upwards(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            yield return path[..end];
        }
    }

    private static string Host(string host) => host.ToLowerInvariant() is var lower && lower == "index.docker.io" ? "docker.io" : lower;

    private static string WithoutVersion(string path)
    {
        var digest = path.IndexOf('@', StringComparison.Ordinal);
        var name = digest < 0 ? path : path[..digest];
        var tag = name.LastIndexOf(':');
        return (tag > name.LastIndexOf('/') ? name[..tag] : name).TrimEnd('/');
    }
}
