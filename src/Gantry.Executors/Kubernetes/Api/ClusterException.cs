using System.Net;
using System.Net.Sockets;

namespace Gantry.Executors.Kubernetes.Api;

/// <summary>A call to the cluster failed. The message names what was asked for, and holds no secret.</summary>
internal sealed class ClusterException : Exception
{
    private ClusterException(int status, string reason, string message, Exception? inner)
        : base(message, inner) => (Status, Reason) = (status, reason);

    /// <summary>Of HTTP; 0: no answer came.</summary>
    public int Status { get; }

    /// <summary>The API's word, such as <c>AlreadyExists</c>; empty when there is none.</summary>
    public string Reason { get; }

    public bool IsNotFound => Status == (int)HttpStatusCode.NotFound;

    public bool IsForbidden => Status is (int)HttpStatusCode.Forbidden or (int)HttpStatusCode.Unauthorized;

    public bool IsConflict => Status == (int)HttpStatusCode.Conflict;

    /// <summary>Nobody said anything, or not to the end.</summary>
    public bool IsUnreachable => Status == 0;

    /// <summary>The same call may well succeed in a moment.</summary>
    public bool IsTransient => IsUnreachable || Status is 429 or 502 or 503 or 504;

    public static ClusterException Refused(int status, string reason, string message) => new(status, reason, message, null);

    public static ClusterException Unreachable(string what, Exception inner) => new(0, "", $"{what}: {Innermost(inner).Message}", inner);

    public static ClusterException Broken(string message) => new(0, "", message, null);

    private static Exception Innermost(Exception e) => e is SocketException || e.InnerException is null ? e : Innermost(e.InnerException);
}
