using System.Diagnostics.CodeAnalysis;

namespace Gantry.Runner.Links;

/// <summary>From the configured address to the API's (official-job-protocol §1.1).</summary>
public static class GitLabAddress
{
    /// <summary>The address without trailing slashes and without one trailing <c>/ci</c>.</summary>
    public static string Root(string url)
    {
        var trimmed = url.TrimEnd('/');
        return trimmed.EndsWith("/ci", StringComparison.Ordinal) ? trimmed[..^3] : trimmed;
    }

    /// <summary><c>ROOT/api/v4/</c>, or the reason why there is none. Installations under a path work by concatenation.</summary>
    public static bool TryApi(string url, [NotNullWhen(true)] out Uri? api, out string problem)
    {
        api = null;
        var text = Root(url) + "/api/v4/";
        if (text.Any(char.IsControl))
        {
            problem = "parse URL: invalid control character in URL";
            return false;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed)
            || (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps))
        {
            problem = "only http or https scheme supported";
            return false;
        }

        api = parsed;
        problem = "";
        return true;
    }

    /// <summary>For messages: no user, query or fragment.</summary>
    public static string Clean(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
