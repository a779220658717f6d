namespace Gantry.Coordinator.Web;

/// <summary>What pages may load: everything of their own, nothing of others.</summary>
internal static class ContentPolicy
{
    public const string Strict = Before + After;

    /// <summary>For the terminal, whose library draws colours by style elements of its own.</summary>
    public const string OwnStyles = Before + " 'unsafe-inline'" + After;

    private const string Before = "default-src 'none'; script-src 'self'; style-src 'self'";
    private const string After = "; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
}
