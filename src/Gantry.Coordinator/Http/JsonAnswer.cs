using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Http;

/// <summary>Answers as JSON outside the API's own requests.</summary>
internal static class JsonAnswer
{
    // Written to memory first: a length, and no half answer when something is wrong with the value.
    public static async Task WriteJsonAsync<T>(this HttpContext http, T value, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}
