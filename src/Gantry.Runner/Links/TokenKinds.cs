using Gantry.Engine;

namespace Gantry.Runner.Links;

internal static class TokenKinds
{
    /// <summary>Made by the server's "new runner" page: verified and never registered (official-job-protocol §1.6).</summary>
    public static bool IsAuthenticationToken(Secret token) => token.Reveal().StartsWith("glrt-", StringComparison.Ordinal);
}
