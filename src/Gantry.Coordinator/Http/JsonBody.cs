using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Http;

/// <summary>Typed bodies of the runner protocol: always JSON, whatever the content type says.</summary>
internal static class JsonBody
{
    // A job request with every label a runner may have is a few kilobytes.
    private const long Limit = 1024 * 1024;

    public static async Task<T> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (request.ContentLength > Limit)
        {
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, "413 Request Entity Too Large");
        }

        BodyLimit.Set(request.HttpContext, Limit);

        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, cancellation) ?? throw ApiException.BadParameter("body is missing");
        }
        catch (JsonException error)
        {
            throw ApiException.BadParameter($"body is invalid: {error.Path}");
        }
    }
}
