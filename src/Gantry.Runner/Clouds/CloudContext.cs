using Gantry.Runner.Links;

namespace Gantry.Runner.Clouds;

/// <summary>What every talk with a cloud needs. Filled by the composition root.</summary>
/// <param name="Http">The connections.</param>
/// <param name="Time">For signatures and expiry.</param>
/// <param name="Environment">Looks up a variable of the process; null when unset.</param>
public sealed record CloudContext(ServiceHttp Http, TimeProvider Time, Func<string, string?> Environment)
{
    /// <summary>Where Google's services are instead of below their domain, each under its name; null: the public ones.</summary>
    public Uri? GoogleRoot { get; init; }

    /// <summary>Without a trailing slash.</summary>
    public string Google(string service, string universe) =>
        GoogleRoot is { } root ? $"{root.GetLeftPart(UriPartial.Authority)}/{service}" : $"https://{service}.{universe}";

    /// <summary>Null also when it is empty.</summary>
    public string? Variable(string name) => Environment(name) is { Length: > 0 } value ? value : null;
}

/// <summary>A cloud refused, or its settings do not fit. The message says what to change; it holds no secret.</summary>
/// <param name="message">For people.</param>
/// <param name="status">HTTP status of the refusal; 0 when there was none.</param>
public sealed class CloudException(string message, int status = 0) : Exception(message)
{
    public int Status { get; } = status;
}
