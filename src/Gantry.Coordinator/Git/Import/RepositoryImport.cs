using System.Text;

namespace Gantry.Coordinator.Git.Import;

/// <summary>
/// Fills a new repository from another one, by address or from a path of this machine: all branches and tags, once. Only the
/// instance's owner may ask for it, because the server itself makes the connection. Credentials of the address never become
/// arguments, which other users of the machine can read.
/// </summary>
internal sealed class RepositoryImport(Repositories repositories)
{
    private static readonly string[] Refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

    /// <summary>What is wrong with an address; null when it may be tried.</summary>
    public static string? Problem(string source) => Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? null
        : Path.IsPathFullyQualified(source)
            ? Directory.Exists(source) ? null : $"there is no folder {source} on the server"
            : "is not an http or https address, and not an absolute path on the server";

    /// <summary>The other repository's default branch, or null when it does not say; throws <see cref="GitException"/> when it cannot be read.</summary>
    public async Task<string?> FetchAsync(long projectId, string source, CancellationToken cancellation)
    {
        var (address, environment) = Split(source);
        var folder = repositories.PathOf(projectId);
        using var listing = new MemoryStream();
        await RunAsync(folder, ["ls-remote", "--symref", "--", address, "HEAD"], listing, environment, cancellation);
        await RunAsync(folder, ["fetch", "--quiet", "--no-write-fetch-head", "--", address, .. Refs], Stream.Null, environment, cancellation);
        return Encoding.UTF8.GetString(listing.ToArray()).Split('\n')
            .FirstOrDefault(line => line.StartsWith("ref: refs/heads/", StringComparison.Ordinal))?["ref: refs/heads/".Length..].Split('\t')[0];
    }

    private async Task RunAsync(
        string folder, IReadOnlyList<string> arguments, Stream output, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellation)
    {
        var outcome = await repositories.Git.RunAsync(folder, arguments, new GitStreams(Stream.Null, output) { Environment = environment }, cancellation);
        if (outcome.ExitCode != 0)
        {
            throw new GitException(arguments[0], outcome.ExitCode, outcome.Message);
        }
    }

    // Only these ways of transport, whatever the address or an answer says; user and password as a header.
    private static (string Address, Dictionary<string, string?> Environment) Split(string source)
    {
        var settings = new List<(string Key, string Value)>
        {
            ("protocol.allow", "never"), ("protocol.http.allow", "always"), ("protocol.https.allow", "always"), ("protocol.file.allow", "always"),
            ("http.followRedirects", "initial"),
        };
        var address = source;
        if (Uri.TryCreate(source, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo.Length: > 0 })
        {
            address = new UriBuilder(uri) { UserName = "", Password = "" }.Uri.AbsoluteUri;
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(uri.UserInfo)));
            settings.Add(($"http.{uri.GetLeftPart(UriPartial.Scheme)}{uri.Authority.Split('@')[^1]}/.extraHeader", $"Authorization: Basic {credentials}"));
        }

        var environment = new Dictionary<string, string?> { ["GIT_CONFIG_COUNT"] = settings.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        for (var number = 0; number < settings.Count; number++)
        {
            environment[$"GIT_CONFIG_KEY_{number}"] = settings[number].Key;
            environment[$"GIT_CONFIG_VALUE_{number}"] = settings[number].Value;
        }

        return (address, environment);
    }
}
