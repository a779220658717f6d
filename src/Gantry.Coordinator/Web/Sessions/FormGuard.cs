using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Sessions;

/// <summary>Only forms of our own pages may change anything: the browser's word on where a request comes from, and the form's token.</summary>
internal static class FormGuard
{
    /// <summary>Before the body is read: false for a request that another site caused.</summary>
    public static bool IsOwnSite(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none"))
            return false;
        // A proxy may speak TLS for us, so only host and port are compared.
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && request.Host.HasValue
                && uri.Authority.Equals(Authority(request.Host), StringComparison.OrdinalIgnoreCase));
    }

    public static bool HasToken(IFormCollection form, Session session) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(form[PageScope.TokenFieldName].ToString()), Encoding.UTF8.GetBytes(session.FormToken));

    /// <summary>A path of this server to go on to; anything else becomes <paramref name="otherwise"/>.</summary>
    public static string LocalPath(string? path, string otherwise) =>
        path is ['/', ..] && path is not ['/', '/' or '\\', ..] && !path.Any(char.IsControl) ? path : otherwise;

    // Browsers leave the default port out.
    private static string Authority(HostString host) => host.Port is 80 or 443 ? host.Host : host.Value!;
}
