namespace Gantry.Coordinator.Http;

/// <summary>A request is answered with an error instead of its result: status and GitLab's <c>message</c>.</summary>
internal sealed class ApiException(int status, string message) : Exception(message)
{
    public int Status => status;

    /// <summary>When set, the message is sent as <c>{"message":{"&lt;field&gt;":["…"]}}</c>, the form of refused records.</summary>
    public string? Field { get; init; }

    /// <summary>When set, the message is sent as <c>{"error":"…"}</c>, the form of refused parameters.</summary>
    public bool IsParameter { get; init; }

    public static ApiException Unauthorized() => new(401, "401 Unauthorized");

    public static ApiException Forbidden(string? why = null) => new(403, why is null ? "403 Forbidden" : $"403 Forbidden - {why}");

    /// <param name="what">For example <c>Project</c>.</param>
    public static ApiException NotFound(string? what = null) => new(404, what is null ? "404 Not found" : $"404 {what} Not Found");

    /// <param name="error">For example <c>ref is missing</c>.</param>
    public static ApiException BadParameter(string error) => new(400, error) { IsParameter = true };

    public static ApiException Refused(string field, string message) => new(400, message) { Field = field };
}
