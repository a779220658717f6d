using System.Text;
using Gantry.Engine.Plans;

namespace Gantry.Engine.Sources.Mirrors;

/// <summary>
/// The job's rewrites of addresses as configuration for git on the runner's machine. With the token inside an address, as jobs have it,
/// git hands it on to its helper programs as an argument, for everybody on the machine to see; in a header it stays in the environment.
/// </summary>
internal static class HostCredentials
{
    /// <param name="remote">Of the job.</param>
    /// <returns>Keys and values; the values are secrets. Each origin gets one header: git sends all that fit.</returns>
    public static IEnumerable<(string Key, string Value)> Of(GitRemote remote)
    {
        var origins = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rewrite in remote.Rewrites)
        {
            var target = rewrite.Base;
            if (UrlParts.TryParse(rewrite.Base, out var parts) && parts is { Scheme: "http" or "https", User: { } login })
            {
                target = (parts with { User = null }).Text();
                if (origins.Add(parts.Origin))
                {
                    yield return Header(parts.Origin, Uri.UnescapeDataString(login));
                }
            }

            if (target != rewrite.Prefix)
            {
                yield return ($"url.{target}.insteadOf", rewrite.Prefix);
            }
        }
    }

    /// <param name="origin">The server.</param>
    /// <param name="login"><c>user:password</c>.</param>
    public static (string Key, string Value) Header(string origin, string login) =>
        ($"http.{origin}.extraHeader", "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
}
