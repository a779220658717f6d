using System.Text;
using Gantry.Coordinator.Store;
using Gantry.Protocol;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Access;

/// <summary>
/// Turns the tokens of a request into a <see cref="Caller"/>. Null means that a token was given and is worth nothing, which
/// is answered with 401; no token at all is <see cref="Caller.Anonymous"/>.
/// </summary>
internal sealed class Authentication(Database database, TimeProvider clock)
{
    // Written at most this often per token: it is for people to see which tokens are dead.
    private static readonly TimeSpan LastUsedPrecision = TimeSpan.FromMinutes(10);

    /// <summary>REST: <c>PRIVATE-TOKEN</c>, <c>Authorization: Bearer</c>, <c>JOB-TOKEN</c>, or their query forms.</summary>
    public async Task<Caller?> OfApiAsync(HttpContext http, CancellationToken cancellation)
    {
        var headers = http.Request.Headers;
        var query = http.Request.Query;
        string? bearer = headers.Authorization;
        bearer = bearer?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true ? bearer[7..].Trim() : null;
        if (First(headers[ProtocolHeaders.PrivateToken], bearer, query["private_token"], query["access_token"]) is { } token)
        {
            return await OfTokenAsync(token, cancellation);
        }

        return First(headers[ProtocolHeaders.JobToken], query["job_token"]) is { } jobToken
            ? await OfJobAsync(jobToken, cancellation)
            : Caller.Anonymous.Instance;
    }

    /// <summary>git: Basic with any name and a personal token, or <c>gitlab-ci-token</c> and a job token.</summary>
    public async Task<Caller?> OfGitAsync(HttpContext http, CancellationToken cancellation)
    {
        string? header = http.Request.Headers.Authorization;
        if (header is null)
        {
            return Caller.Anonymous.Instance;
        }

        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || Decode(header[6..]) is not { } pair)
        {
            return null;
        }

        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        var (name, password) = colon < 0 ? (pair, "") : (pair[..colon], pair[(colon + 1)..]);
        return name == "gitlab-ci-token" ? await OfJobAsync(password, cancellation) : await OfTokenAsync(password, cancellation);
    }

    private async Task<Caller?> OfTokenAsync(string token, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var person = await database.ReadAsync(
            session => session.Tokens.FindValid(token, now) is { } found && session.Users.Find(found.UserId) is { Blocked: false } user
                ? new Caller.Person(user, found.Scopes, found)
                : null,
            cancellation);
        if (person is { Token: { } used } && (used.LastUsedAt is not { } last || now - last > LastUsedPrecision))
        {
            await database.WriteAsync(session => session.Tokens.Touch(used.Id, now), cancellation);
        }

        return person;
    }

    private Task<Caller?> OfJobAsync(string token, CancellationToken cancellation) =>
        database.ReadAsync<Caller?>(
            session => session.Jobs.FindByToken(token) is { } job && CiStatus.IsExecuting(job.Status) && session.Users.Find(job.UserId) is { Blocked: false } user
                ? new Caller.Job(job, user)
                : null,
            cancellation);

    private static string? First(params ReadOnlySpan<string?> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (!string.IsNullOrEmpty(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static string? Decode(string base64)
    {
        var buffer = new byte[base64.Length];
        return Convert.TryFromBase64String(base64.Trim(), buffer, out var count) ? Encoding.UTF8.GetString(buffer, 0, count) : null;
    }
}
