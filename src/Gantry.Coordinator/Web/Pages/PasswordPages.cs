using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Setting a password: by a one-time link (the first start, a new person, a forgotten one), or with the old one.</summary>
internal static class PasswordPages
{
    public static async Task LinkFormAsync(WebRequest request)
    {
        var token = request.Query("reset_password_token");
        if (await request.Services.SignIn.IsLinkGoodAsync(token, request.Cancellation))
            await ShowAsync(request, token, null);
        else
            await request.SayAsync(StatusCodes.Status404NotFound, request.Words.LinkUsedTitle, request.Words.LinkUsed);
    }

    public static async Task RedeemAsync(WebRequest request, WebRoom room, WebForm form)
    {
        var from = request.Http.Connection.RemoteIpAddress;
        var token = form["reset_password_token"];
        if (!room.Limit.IsOpen(from))
        {
            await ShowAsync(request, token, request.Words.SignInTooMany, StatusCodes.Status429TooManyRequests);
        }
        else if (Problem(request, form) is { } problem)
        {
            await ShowAsync(request, token, problem, StatusCodes.Status422UnprocessableEntity);
        }
        else if (await request.Services.SignIn.RedeemLinkAsync(token, form["password"], request.Cancellation) is { } user)
        {
            room.Door.Enter(request.Http, user);
            request.GoTo("/");
        }
        else
        {
            room.Limit.Failed(from);
            await request.SayAsync(StatusCodes.Status404NotFound, request.Words.LinkUsedTitle, request.Words.LinkUsed);
        }
    }

    public static Task FormAsync(WebRequest request)
    {
        _ = request.User;
        return ShowAsync(request, null, null);
    }

    public static async Task ChangeAsync(WebRequest request, WebRoom room, WebForm form)
    {
        var user = request.User;
        var from = request.Http.Connection.RemoteIpAddress;
        if (!room.Limit.IsOpen(from))
        {
            await ShowAsync(request, null, request.Words.SignInTooMany, StatusCodes.Status429TooManyRequests);
        }
        else if (await request.Services.SignIn.CheckAsync(user.Username, form["current_password"], request.Cancellation) is null)
        {
            room.Limit.Failed(from);
            await ShowAsync(request, null, request.Words.WrongPassword, StatusCodes.Status403Forbidden);
        }
        else if (Problem(request, form) is { } problem)
        {
            await ShowAsync(request, null, problem, StatusCodes.Status422UnprocessableEntity);
        }
        else
        {
            var hash = Passwords.Hash(form["password"]);
            var changed = await request.Services.Database.WriteAsync(
                session =>
                {
                    session.Users.SetPasswordHash(user.Id, hash);
                    return session.Users.Find(user.Id);
                },
                request.Cancellation);
            // Other sessions end with the old password; this one goes on.
            room.Door.Enter(request.Http, changed ?? throw ApiException.NotFound("User"));
            request.GoTo("/", "saved");
        }
    }

    private static string? Problem(WebRequest request, WebForm form) =>
        Passwords.Problem(form["password"]) is not null ? request.Words.PasswordRule
        : form["password"] != form["password_again"] ? request.Words.PasswordsDiffer
        : null;

    private static Task ShowAsync(WebRequest request, string? token, string? error, int status = StatusCodes.Status200OK)
    {
        var scope = request.Scope(AccessLevel.None);
        var view = new PasswordView(scope, token is null ? WebPath.Password : WebPath.PasswordLink, token, error);
        // The address holds a secret, which must not travel on. Not "no-referrer": with it browsers post "Origin: null", which
        // the form guard refuses as it must.
        request.Http.Response.Headers["Referrer-Policy"] = "strict-origin";
        return request.ShowAsync(request.Frame(scope, request.Words.SetPassword, Slice.Password(view)), status);
    }
}
