using Gantry.Coordinator.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Coordinator.Http;

/// <summary>Maps paths below <c>/api/v4</c> to handlers, and turns <see cref="ApiException"/> into GitLab's answers.</summary>
internal sealed class ApiRoutes(IEndpointRouteBuilder routes, Authentication authentication)
{
    private const string Prefix = "/api/v4/";

    /// <summary>For calls of people and tools: the caller is known, the parameters are read.</summary>
    public void Map(string method, string path, Func<ApiRequest, Task> handler) =>
        MapRaw(method, path, async http =>
        {
            var caller = await authentication.OfApiAsync(http, http.RequestAborted) ?? throw ApiException.Unauthorized();
            if (caller is Caller.Person person && !MayUse(person, method, path))
            {
                throw new ApiException(StatusCodes.Status403Forbidden, "insufficient_scope") { IsParameter = true };
            }

            await handler(new ApiRequest(http, caller, await RequestValues.ReadAsync(http.Request, http.RequestAborted)));
        });

    /// <summary>What nothing else answers below <c>/api</c> is told so in the API's words, not with a page.</summary>
    public void MapUnknown() =>
        routes.MapFallback("/api/{**path}", http => ErrorWriter.WriteAsync(http, new ApiException(StatusCodes.Status404NotFound, "404 Not Found") { IsParameter = true }));

    /// <summary>For calls that authenticate in their own way and read their own body.</summary>
    public void MapRaw(string method, string path, Func<HttpContext, Task> handler) =>
        routes.MapMethods(Prefix + path, [method], async http =>
        {
            try
            {
                await handler(http);
            }
            catch (ApiException error) when (!http.Response.HasStarted)
            {
                await ErrorWriter.WriteAsync(http, error);
            }
            catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
            {
                // The client hung up; nobody reads an answer.
            }
        });

    // What a token is for, and nothing else: making runners, reading who somebody is, reading everything.
    private static bool MayUse(Caller.Person person, string method, string path) =>
        person.Has("api")
        || (method == "GET" && (person.Has("read_api") || path == "personal_access_tokens/self"))
        || (method == "GET" && person.Has("read_user") && (path is "user" or "version" or "metadata" || path.StartsWith("users", StringComparison.Ordinal)))
        || (method == "DELETE" && path == "personal_access_tokens/self")
        || (path == "user/runners" && person.Has("create_runner"));
}
