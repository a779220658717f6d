using System.Globalization;
using System.Text;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Http;

/// <summary>Paging by place (<c>pagination=keyset</c>): the link to the next slice carries an opaque cursor, and nothing is counted.</summary>
internal static class Keyset
{
    /// <summary>Null without a cursor; 400 for one that is none of ours.</summary>
    public static long? Read(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
        {
            return null;
        }

        var buffer = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, buffer, out var count)
            && long.TryParse(Encoding.UTF8.GetString(buffer, 0, count), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? id
                : throw ApiException.BadParameter("cursor is invalid");
    }

    /// <param name="http">The answer.</param>
    /// <param name="page">What was asked for.</param>
    /// <param name="last">The id that the next slice begins behind; null when this was the last one.</param>
    public static void AddHeaders(HttpContext http, Page page, long? last)
    {
        http.Response.Headers["X-Per-Page"] = page.Size.ToString(CultureInfo.InvariantCulture);
        if (last is { } id)
        {
            var cursor = Convert.ToBase64String(Encoding.UTF8.GetBytes(id.ToString(CultureInfo.InvariantCulture)));
            http.Response.Headers["X-Next-Cursor"] = cursor;
            http.Response.Headers.Link = $"<{Pagination.Address(http, page, "cursor", cursor)}>; rel=\"next\"";
        }
    }
}
