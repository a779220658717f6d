using System.Globalization;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Gantry.Coordinator.Http;

/// <summary>The headers of a list: <c>X-Total</c> and its kin, and <c>Link</c> (server-ui §7).</summary>
internal static class Pagination
{
    public static void AddHeaders(HttpContext http, Page page, long total)
    {
        var pages = Math.Max(1, (total + page.Size - 1) / page.Size);
        var headers = http.Response.Headers;
        headers["X-Total"] = Text(total);
        headers["X-Total-Pages"] = Text(pages);
        headers["X-Page"] = Text(page.Number);
        headers["X-Per-Page"] = Text(page.Size);
        headers["X-Next-Page"] = page.Number < pages ? Text(page.Number + 1) : "";
        headers["X-Prev-Page"] = page.Number > 1 ? Text(page.Number - 1) : "";

        var links = new List<string>();
        void Add(long number, string relation) => links.Add($"<{Address(http, page, number)}>; rel=\"{relation}\"");
        if (page.Number > 1)
        {
            Add(page.Number - 1, "prev");
        }

        if (page.Number < pages)
        {
            Add(page.Number + 1, "next");
        }

        Add(1, "first");
        Add(pages, "last");
        headers.Link = string.Join(", ", links);
    }

    private static string Address(HttpContext http, Page page, long number) => Address(http, page, "page", Text(number));

    /// <summary>This request's address for another slice; secrets stay out of it.</summary>
    internal static string Address(HttpContext http, Page page, string key, string value)
    {
        var request = http.Request;
        var query = request.Query
            .Where(pair => pair.Key is not ("page" or "cursor" or "per_page" or "private_token" or "access_token" or "job_token"))
            .SelectMany(pair => pair.Value, (pair, text) => KeyValuePair.Create(pair.Key, text))
            .Append(new(key, value))
            .Append(new("per_page", Text(page.Size)));
        return QueryHelpers.AddQueryString($"{request.Scheme}://{request.Host}{request.PathBase}{request.Path}", query);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
