using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Sessions;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Signing in and out, and what a visitor likes: language and theme.</summary>
internal static class DoorPages
{
    public static Task FormAsync(WebRequest request, string? error = null, int status = StatusCodes.Status200OK, string? back = null)
    {
        var scope = request.Scope(AccessLevel.None);
        var view = new SignInView(scope, FormGuard.LocalPath(back ?? request.Query("return"), "/"), error);
        return request.ShowAsync(request.Frame(scope, request.Words.SignIn, Slice.SignIn(view)), status);
    }

    public static async Task SignInAsync(WebRequest request, WebRoom room, WebForm form)
    {
        var from = request.Http.Connection.RemoteIpAddress;
        var back = form.Return("/");
        if (!room.Limit.IsOpen(from))
        {
            await FormAsync(request, request.Words.SignInTooMany, StatusCodes.Status429TooManyRequests, back);
        }
        else if (await IsLetInAsync(request, room, form))
        {
            request.GoTo(back);
        }
        else
        {
            room.Limit.Failed(from);
            await FormAsync(request, form["token"].Length > 0 ? request.Words.SignInRefused : request.Words.PasswordRefused, StatusCodes.Status403Forbidden, back);
        }
    }

    private static async Task<bool> IsLetInAsync(WebRequest request, WebRoom room, WebForm form)
    {
        if (form["token"].Length > 0)
            return await room.Door.SignInAsync(request.Http, form["token"]);
        if (await request.Services.SignIn.CheckAsync(form["login"], form["password"], request.Cancellation) is not { } user)
            return false;
        room.Door.Enter(request.Http, user);
        return true;
    }

    public static void SignOut(WebRequest request, WebRoom room)
    {
        room.Door.SignOut(request.Http);
        request.GoTo(WebPath.SignIn);
    }

    public static void Prefer(WebRequest request, WebForm form)
    {
        if (form["language"] is ("en" or "zh-CN") and var language)
            Keep(request, WebRequest.LanguageCookie, language);
        // The script knows what is on the screen; without it the button goes round: as the system says, dark, light.
        if (form["theme"] == "next")
            Keep(request, WebRequest.ThemeCookie, request.Http.Request.Cookies[WebRequest.ThemeCookie] switch { "dark" => "light", "light" => "", _ => "dark" });
        request.GoTo(form.Return("/"));
    }

    private static void Keep(WebRequest request, string name, string value) =>
        request.Http.Response.Cookies.Append(name, value, new CookieOptions { SameSite = SameSiteMode.Lax, Path = "/", MaxAge = TimeSpan.FromDays(365) });
}
