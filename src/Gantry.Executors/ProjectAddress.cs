namespace Gantry.Executors;

/// <summary>Where people find a project.</summary>
internal static class ProjectAddress
{
    /// <summary>The web address of the project behind a git address: no login, no <c>.git</c>. Empty when unknown.</summary>
    public static string Of(string repository)
    {
        if (!Uri.TryCreate(repository, UriKind.Absolute, out var uri))
        {
            return "";
        }

        var path = uri.AbsolutePath.TrimEnd('/');
        return uri.GetLeftPart(UriPartial.Scheme) + uri.Authority + (path.EndsWith(".git", StringComparison.Ordinal) ? path[..^4] : path);
    }
}
