using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gantry.Coordinator.Http;

/// <summary>How much of a request's body the server reads. It holds for bodies that do not say their length as well.</summary>
internal static class BodyLimit
{
    /// <param name="http">Its body has not been read yet; otherwise the limit stays as it is.</param>
    /// <param name="bytes">Null for any length.</param>
    public static void Set(HttpContext http, long? bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = bytes;
        }
    }
}
