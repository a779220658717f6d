using System.Security.Cryptography;
using System.Text;

namespace Gantry.Exec;

/// <summary>What the project is called on its server, as far as the address of <c>origin</c> tells.</summary>
/// <param name="ServerUrl">Without a trailing slash.</param>
/// <param name="Path"><c>group/project</c>.</param>
internal sealed record ProjectIdentity(string ServerUrl, string Path)
{
    /// <summary>Without a remote: a server of no address, and the folder's name.</summary>
    /// <param name="origin">Any form that git takes; null for none.</param>
    /// <param name="folder">The project's folder.</param>
    public static ProjectIdentity Of(string? origin, string folder)
    {
        if (origin is not null && Parse(origin) is { } known)
        {
            return known;
        }

        return new ProjectIdentity("https://gitlab.local", "local/" + Clean(System.IO.Path.GetFileName(folder.TrimEnd('/'))));
    }

    /// <summary>Tells projects of one user apart on this machine, and is the same for every run.</summary>
    public static string KeyOf(string folder) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)).AsSpan(0, 10));

    private static ProjectIdentity? Parse(string origin)
    {
        string host, path, scheme = "https";
        if (origin.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https" or "ssh" or "git") || uri.Host.Length == 0)
            {
                return null;
            }

            (host, path) = (uri.Host, uri.AbsolutePath);
            if (uri.Scheme == "http")
            {
                scheme = "http";
            }

            if (uri.Scheme is "http" or "https" && !uri.IsDefaultPort)
            {
                host += ":" + uri.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        }
        else if (origin.Split(':', 2) is [var address, var rest] && !address.Contains('/', StringComparison.Ordinal))
        {
            (host, path) = (address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..], rest);
        }
        else
        {
            return null;
        }

        path = path.Trim('/');
        path = path.EndsWith(".git", StringComparison.Ordinal) ? path[..^4] : path;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Clean).ToArray();
        return host.Length > 0 && parts.Length >= 2 ? new ProjectIdentity($"{scheme}://{host}", string.Join('/', parts)) : null;
    }

    // Only what a path of GitLab may have.
    private static string Clean(string part)
    {
        var clean = new string([.. part.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '-')]).TrimStart('-', '.');
        return clean.Length == 0 ? "project" : clean;
    }
}
