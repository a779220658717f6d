using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Runner.Configuration;

namespace Gantry.Runner.Registration;

/// <summary>Which entries of a file are meant. Empty parts do not matter.</summary>
public sealed record RunnerSelection
{
    public string Name { get; init; } = "";
    public string Url { get; init; } = "";
    public Secret Token { get; init; }
    public long Id { get; init; }

    /// <summary>All entries, or all that match.</summary>
    public bool All { get; init; }

    /// <summary>Instead of the entry's own files; empty: the entry's.</summary>
    public string TlsCaFile { get; init; } = "";
    public string TlsCertFile { get; init; } = "";
    public string TlsKeyFile { get; init; } = "";

    internal Links.GitLabEndpoint Endpoint(RunnerEntry runner) => runner.Endpoint with
    {
        TlsCaFile = TlsCaFile.Length > 0 ? TlsCaFile : runner.Endpoint.TlsCaFile,
        TlsCertFile = TlsCertFile.Length > 0 ? TlsCertFile : runner.Endpoint.TlsCertFile,
        TlsKeyFile = TlsKeyFile.Length > 0 ? TlsKeyFile : runner.Endpoint.TlsKeyFile,
    };

    /// <summary>For <c>verify</c>: entries with that name, or that token (and address); nothing given: all.</summary>
    internal IReadOnlyList<RunnerEntry> Matching(RunnerDaemonSettings settings)
    {
        var found = Name.Length == 0 && Url.Length == 0 && Token.IsEmpty
            ? settings.Runners
            : [.. settings.Runners.Where(r => (Name.Length > 0 && r.Settings.Name == Name) || SameCredentials(r))];
        return found.Count > 0 ? found : throw new RunnerCommandException("no runner matches the filtering parameters");
    }

    /// <summary>For <c>unregister</c> and <c>reset-token</c>: the one entry that is named.</summary>
    internal RunnerEntry Single(RunnerDaemonSettings settings)
    {
        if (Name.Length > 0 && !Token.IsEmpty)
        {
            return First(
                settings, r => r.Settings.Name == Name && r.Settings.Token == Token,
                $"the Name '{Name}' and Token '{ShortToken.Of(Token.Reveal())}'");
        }

        if (Name.Length > 0)
        {
            return First(settings, r => r.Settings.Name == Name, $"the name '{Name}'");
        }

        return Token.IsEmpty
            ? First(settings, r => r.Settings.Url == Url && r.Settings.Id == Id, $"the URL \"{Url}\" and ID {Id}")
            : First(settings, r => r.Settings.Token == Token, $"the token '{ShortToken.Of(Token.Reveal())}'");
    }

    private static RunnerEntry First(RunnerDaemonSettings settings, Func<RunnerEntry, bool> matches, string what) =>
        settings.Runners.FirstOrDefault(matches) ?? throw new RunnerCommandException($"could not find a runner with {what}");

    private bool SameCredentials(RunnerEntry entry) => Same(Url, Token, entry.Settings.Url, entry.Settings.Token);

    /// <summary>Equal tokens, and equal addresses unless one is empty or <c>*</c>.</summary>
    internal static bool Same(string url, Secret token, string otherUrl, Secret otherToken) =>
        token == otherToken && (Any(url) || Any(otherUrl) || url == otherUrl);

    private static bool Any(string url) => url is "" or "*";
}
