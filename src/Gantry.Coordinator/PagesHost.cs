using System.Security.Cryptography;
using System.Text;
using Gantry.Coordinator.Local;
using Gantry.Coordinator.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gantry.Coordinator;

/// <summary>
/// The server's pages for a <see cref="LocalCoordinator"/>: on a free port of this machine's own address, for whoever has the link.
/// Other users of the machine reach the port as well, and the project's variables are behind it. No git and no API.
/// </summary>
public sealed class PagesHost : IAsyncDisposable
{
    private const string Door = "/-/enter/";

    private readonly WebApplication _app;
    private readonly string _key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    private readonly string _first;
    private string _cookie = "";

    private PagesHost(WebApplication app, string first) => (_app, _first) = (app, first);

    /// <summary>Opens the pages and leads to the pipeline. A secret: it is what lets a browser in.</summary>
    public string Link { get; private set; } = "";

    /// <summary>Listens until it is disposed, which is to happen before the coordinator is.</summary>
    /// <param name="coordinator">Opened with <see cref="LocalSettings.HasPages"/>.</param>
    /// <param name="pipelineId">Where the link leads.</param>
    /// <param name="loggers">Where the log goes; not disposed.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<PagesHost> StartAsync(LocalCoordinator coordinator, long pipelineId, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var app = CoordinatorHost.ListeningOn("http://127.0.0.1:0", loggers).Build();
        var host = new PagesHost(app, WebPath.Pipeline(coordinator.Project, pipelineId));
        app.Use((HttpContext http, RequestDelegate next) => host.Guard(http, next));
        app.UseRouting();
        app.MapWeb(coordinator.Services);
        await app.StartAsync(cancellationToken);
        var address = new Uri(app.Urls.First());
        // Browsers give a cookie to all ports of an address.
        host._cookie = $"gantry_exec_{address.Port}";
        host.Link = new Uri(address, Door + host._key).ToString();
        return host;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task Guard(HttpContext http, RequestDelegate next)
    {
        var path = http.Request.Path.Value ?? "";
        if (path.StartsWith(Door, StringComparison.Ordinal) && IsKey(path[Door.Length..]))
        {
            http.Response.Cookies.Append(_cookie, _key, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true });
            http.Response.Headers["Referrer-Policy"] = "no-referrer";
            http.Response.Redirect(_first);
            return Task.CompletedTask;
        }

        // A foreign site whose name resolves to this machine has no cookie of this address.
        if (IsKey(http.Request.Cookies[_cookie] ?? ""))
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync("Open the address that gantry exec has printed.\n", http.RequestAborted);
    }

    private bool IsKey(string text) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(_key));
}
