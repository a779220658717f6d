using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Git;

/// <summary>A request of the git smart HTTP protocol.</summary>
/// <param name="ProjectPath">Full path of the project.</param>
/// <param name="Service"><c>upload-pack</c> (fetch) or <c>receive-pack</c> (push).</param>
/// <param name="Action">Which of its requests.</param>
/// <param name="Protocol">The <c>Git-Protocol</c> header, when it looks like one.</param>
internal sealed record GitRequest(string ProjectPath, string Service, GitAction Action, string? Protocol)
{
    /// <summary>Null when the path and method are not git's.</summary>
    public static GitRequest? Parse(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        var end = path.IndexOf(".git/", StringComparison.Ordinal);
        if (end < 2)
        {
            return null;
        }

        var project = path[1..end];
        return (path[(end + 5)..], request.Method) switch
        {
            ("info/refs", "GET") when (string?)request.Query["service"] is "git-upload-pack" or "git-receive-pack" =>
                new GitRequest(project, request.Query["service"].ToString()[4..], GitAction.Advertise, ProtocolOf(request)),
            ("git-upload-pack", "POST") => new GitRequest(project, "upload-pack", GitAction.Fetch, ProtocolOf(request)),
            ("git-receive-pack", "POST") => new GitRequest(project, "receive-pack", GitAction.Push, ProtocolOf(request)),
            _ => null,
        };
    }

    // It becomes an environment variable of a process: only the characters that the protocol uses.
    private static string? ProtocolOf(HttpRequest request) =>
        (string?)request.Headers["Git-Protocol"] is { Length: > 0 and < 100 } value && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '=' or ':' or '-')
            ? value
            : null;
}

/// <summary>The three requests of a service.</summary>
internal enum GitAction
{
    Advertise,
    Fetch,
    Push,
}
