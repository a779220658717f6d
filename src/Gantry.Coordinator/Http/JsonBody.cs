using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

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

        // For bodies that do not say their length.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = Limit;
        }

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
