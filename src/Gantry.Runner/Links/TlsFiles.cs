namespace Gantry.Runner.Links;

/// <summary>
/// The certificate files in effect for one server: configured ones, else those found by the host's name
/// (official-cli-config §2.6). Null: none.
/// </summary>
public sealed record TlsFiles(string? CaFile, string? CertFile, string? KeyFile)
{
    /// <param name="endpoint">Its folder is the default configuration folder's <c>certs</c>; <c>--config</c> does not move it.</param>
    public static TlsFiles Find(GitLabEndpoint endpoint)
    {
        var host = GitLabAddress.TryApi(endpoint.Url, out var api, out _) ? api.Host : "";
        return new TlsFiles(
            Pick(endpoint.TlsCaFile, endpoint.CertificatesFolder, host, ".crt"),
            Pick(endpoint.TlsCertFile, endpoint.CertificatesFolder, host, ".auth.crt"),
            Pick(endpoint.TlsKeyFile, endpoint.CertificatesFolder, host, ".auth.key"));
    }

    /// <summary>Changes when one of the files was written anew.</summary>
    internal DateTime Stamp()
    {
        var newest = DateTime.MinValue;
        foreach (var file in (string?[])[CaFile, CertFile, KeyFile])
        {
            if (file is not null && File.Exists(file) && File.GetLastWriteTimeUtc(file) is var written && written > newest)
            {
                newest = written;
            }
        }

        return newest;
    }

    private static string? Pick(string? configured, string? folder, string host, string suffix)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            return configured;
        }

        if (string.IsNullOrEmpty(folder) || host.Length == 0)
        {
            return null;
        }

        var found = Path.Combine(folder, host + suffix);
        return File.Exists(found) ? found : null;
    }
}
