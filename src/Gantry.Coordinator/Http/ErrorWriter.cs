using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Http;

/// <summary>GitLab's error bodies.</summary>
internal static class ErrorWriter
{
    public static Task WriteAsync(HttpContext http, ApiException error)
    {
        http.Response.StatusCode = error.Status;
        http.Response.ContentType = "application/json";
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (error.Field is { } field)
            {
                json.WriteStartObject("message");
                json.WriteStartArray(field);
                json.WriteStringValue(error.Message);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            else
            {
                json.WriteString(error.IsParameter ? "error" : "message", error.Message);
            }

            json.WriteEndObject();
        }

        http.Response.ContentLength = buffer.Length;
        return http.Response.Body.WriteAsync(buffer.GetBuffer(), 0, (int)buffer.Length, http.RequestAborted);
    }
}
