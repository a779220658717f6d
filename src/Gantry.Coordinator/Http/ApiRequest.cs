using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Coordinator.Http;

/// <summary>One REST call: who asks, with what, and how it is answered.</summary>
internal sealed class ApiRequest(HttpContext http, Caller caller, RequestValues values)
{
    public const int LargestPage = 100;

    public HttpContext Http => http;

    public Caller Caller => caller;

    public RequestValues Values => values;

    public CancellationToken Cancellation => http.RequestAborted;

    /// <summary>The signed-in person; 401 for others.</summary>
    public UserRow Person => (caller as Caller.Person)?.User ?? throw ApiException.Unauthorized();

    public Page Page => new(Math.Max(1, values.Number("page") ?? 1), Math.Clamp(values.Number("per_page") ?? Page.First.Size, 1, LargestPage));

    /// <summary>The slice of a list that can be paged by place: <c>pagination=keyset</c>, with the cursor of the link that was followed.</summary>
    public Page KeysetPage
    {
        get
        {
            if (values.Text("pagination") != "keyset")
            {
                return Page;
            }

            if (values.Text("order_by") is not (null or "id"))
            {
                throw NoKeyset();
            }

            var ascending = values.Text("sort") == "asc";
            return Page with { Number = 1, IsAscending = ascending, After = Keyset.Read(values.Text("cursor")) ?? (ascending ? 0 : long.MaxValue) };
        }
    }

    /// <summary>A part of the path, decoded once: <c>group%2Fproject</c> arrives as <c>group/project</c>.</summary>
    public string Route(string name) => Uri.UnescapeDataString((string?)http.GetRouteValue(name) ?? "");

    /// <summary>A number in the path; 404 when it is none.</summary>
    public long RouteNumber(string name) =>
        long.TryParse(Route(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.NotFound();

    public Task WriteAsync<T>(T value, JsonTypeInfo<T> type) => WriteAsync(StatusCodes.Status200OK, value, type);

    public async Task WriteAsync<T>(int status, T value, JsonTypeInfo<T> type)
    {
        // Written to memory first: a length, and no half answer when something is wrong with the value.
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, Cancellation);
    }

    /// <summary>A slice with the headers by which clients page on.</summary>
    public Task WritePageAsync<TRow, TView>(Paged<TRow> slice, Func<TRow, TView> view, JsonTypeInfo<List<TView>> type)
    {
        if (values.Text("pagination") == "keyset")
        {
            throw NoKeyset();
        }

        Pagination.AddHeaders(http, Page, slice.Total);
        return WriteAsync([.. slice.Items.Select(view)], type);
    }

    /// <summary>As above, for a list that was read with <see cref="KeysetPage"/>.</summary>
    public Task WriteKeysetAsync<TRow>(Page page, Paged<TRow> slice, Func<TRow, long> id, JsonTypeInfo<List<TRow>> type)
    {
        if (page.After is null)
        {
            return WritePageAsync(slice, row => row, type);
        }

        Keyset.AddHeaders(http, page, slice.Items.Count == page.Size ? id(slice.Items[^1]) : null);
        return WriteAsync([.. slice.Items], type);
    }

    private static ApiException NoKeyset() =>
        new(StatusCodes.Status405MethodNotAllowed, "Keyset pagination is not yet available for this type of request") { IsParameter = true };

    /// <summary>A whole list, cut to the page that was asked for.</summary>
    public Task WritePageAsync<TRow, TView>(IReadOnlyList<TRow> all, Func<TRow, TView> view, JsonTypeInfo<List<TView>> type) =>
        WritePageAsync(new Paged<TRow>([.. all.Skip((int)Page.Offset).Take(Page.Size)], all.Count), view, type);

    public void NoContent() => http.Response.StatusCode = StatusCodes.Status204NoContent;
}
