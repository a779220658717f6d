using System.Net.ServerSentEvents;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Repository;
using Gantry.Coordinator.Web.Sessions;
using Gantry.Coordinator.Web.Texts;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web;

/// <summary>One visit of a page: who, in which language, and how it is answered.</summary>
internal sealed class WebRequest(WebRoom room, HttpContext http, Session session)
{
    public const string LanguageCookie = "gantry_language";
    public const string ThemeCookie = "gantry_theme";

    /// <summary>Set by the page's script to get only what stands inside <c>main</c>.</summary>
    private const string PartHeader = "X-Gantry-Part";

    // Chinese stays Chinese; only what HTML needs is encoded.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public HttpContext Http => http;

    public CoordinatorServices Services => room.Services;

    public DateTimeOffset ServerStartedAt => room.StartedAt;

    public Caller Caller => session.Caller;

    public CancellationToken Cancellation => http.RequestAborted;

    /// <summary>The visitor goes, or the server is about to stop.</summary>
    public CancellationTokenSource UntilTheEnd() => CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, room.Stopping);

    /// <summary>Answers with server-sent events until they end, the visitor goes, or the server stops.</summary>
    public async Task StreamAsync<T>(Func<CancellationToken, IAsyncEnumerable<SseItem<T>>> events)
    {
        using var end = UntilTheEnd();
        try
        {
            await TypedResults.ServerSentEvents(events(end.Token)).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Gone, or going: whoever is still there connects again by itself.
        }
    }

    public Words Words { get; } = Words.Of(http.Request.Cookies[LanguageCookie], http.Request.Headers.AcceptLanguage);

    public DateTimeOffset Now { get; } = room.Clock.GetUtcNow();

    /// <summary>The signed-in user; visitors are asked to sign in.</summary>
    public UserRow User => Caller.Identity ?? throw ApiException.Unauthorized();

    public string Query(string name) => http.Request.Query[name].ToString();

    /// <summary>From 1.</summary>
    public int PageNumber => int.TryParse(Query("page"), out var number) && number is > 0 and < 1_000_000 ? number : 1;

    /// <summary>The form came from a page that this visitor was shown.</summary>
    public bool Owns(IFormCollection form) => FormGuard.HasToken(form, session);

    public PageScope Scope(AccessLevel level) => new()
    {
        Words = Words,
        Now = Now,
        User = Caller.Identity,
        OpenHouse = room.Services.Settings.NoAuth,
        Theme = http.Request.Cookies[ThemeCookie] is ("light" or "dark") and var theme ? theme : "",
        FormToken = session.FormToken,
        Here = http.Request.Path + http.Request.QueryString,
        Level = level,
    };

    /// <summary>Answers with a page, or with its body alone when the page's script asks for that.</summary>
    public async Task ShowAsync(FrameView frame, int status = StatusCodes.Status200OK)
    {
        var slice = http.Request.Headers[PartHeader].ToString() switch
        {
            "main" => frame.Body,
            "answer" when frame.Answer is not null => frame.Answer,
            _ => Slice.Frame(frame),
        };
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Vary = "Cookie, Accept-Language, " + PartHeader;
        await slice.RenderAsync(http.Response.BodyWriter, Encoder, Cancellation);
        await http.Response.BodyWriter.FlushAsync(Cancellation);
    }

    /// <summary>
    /// Answers with bytes that anybody may have written: text is text whatever it looks like, an image is sandboxed, and all
    /// else is a download.
    /// </summary>
    public async Task SendFileAsync(string path, ReadOnlyMemory<byte> bytes)
    {
        var image = FileKind.ImageType(path);
        var isText = image is null && FileKind.IsText(bytes.Span);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.CacheControl = "no-store";
        headers.ContentDisposition = $"{(isText || image is not null ? "inline" : "attachment")}; filename*=UTF-8''{Uri.EscapeDataString(Path.GetFileName(path))}";
        http.Response.ContentType = image ?? (isText ? "text/plain; charset=utf-8" : "application/octet-stream");
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, Cancellation);
    }

    public FrameView Frame(PageScope scope, string title, RazorSlices.RazorSlice body) => new()
    {
        Scope = scope,
        Title = title,
        Body = body,
        Assets = room.Assets.Version,
        Notice = Words.Notice(TakeNotice()),
    };

    public Task SayAsync(int status, string title, string text) =>
        ShowAsync(Frame(Scope(AccessLevel.None), title, Slice.Message(new(Scope(AccessLevel.None), title, text))), status);

    /// <summary>The answer to a form: go and look at the result.</summary>
    public void GoTo(string path, string? notice = null)
    {
        if (notice is not null)
            http.Response.Cookies.Append(NoticeCookie, notice, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = TimeSpan.FromMinutes(1) });
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = path;
    }

    private const string NoticeCookie = "gantry_notice";

    private string? TakeNotice()
    {
        var notice = http.Request.Cookies[NoticeCookie];
        if (notice is not null && http.Request.Headers[PartHeader].Count == 0)
            http.Response.Cookies.Delete(NoticeCookie);
        return notice;
    }
}
