using System.Net;

namespace Gantry.Executors.Docker.Api;

/// <summary>
/// The engine refused a call or could not be reached. <see cref="Exception.Message"/> is the engine's own text where it gave one.
/// </summary>
internal sealed class EngineException : Exception
{
    private EngineException(HttpStatusCode? status, string message, Exception? inner)
        : base(message, inner) => Status = status;

    /// <summary>Null when no answer came: refused, reset, cut off in the middle.</summary>
    public HttpStatusCode? Status { get; }

    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    public bool IsConflict => Status == HttpStatusCode.Conflict;

    /// <summary>400: what was asked for is wrong, so asking again is useless.</summary>
    public bool IsBadRequest => Status == HttpStatusCode.BadRequest;

    public bool IsUnreachable => Status is null;

    public static EngineException Refused(HttpStatusCode status, string message) => new(status, message, null);

    public static EngineException Unreachable(string message, Exception? inner) => new(null, message, inner);
}
