using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Gantry.Engine.Executors;
using Gantry.Runner.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Sessions;

/// <summary>
/// The server of <c>[session_server]</c>: GitLab comes here to open web terminals in running jobs (official-job-protocol §9.9).
/// TLS with a certificate of its own.
/// </summary>
internal sealed partial class SessionServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, JobSession> _sessions = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;
    private readonly SessionTerms _terms;
    private readonly ILogger _logger;

    private SessionServer(WebApplication app, X509Certificate2 certificate, SessionTerms terms, ILogger logger)
    {
        (_app, _certificate, _logger) = (app, certificate, logger);
        _terms = terms with { Forget = session => _sessions.TryRemove(session.Id, out _) };
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = PingInterval });
        app.Run(AnswerAsync);
    }

    /// <summary>Where it listens, with the port that was bound.</summary>
    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Null: it is not wanted, or cannot be had, which the log says; jobs run without terminals then.</summary>
    public static async Task<SessionServer?> StartAsync(
        SessionServerSettings settings, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        if (settings.ListenAddress.Length == 0)
        {
            Log.Disabled(logger);
            return null;
        }

        if (!SessionAddress.TryGet(settings, out var url, out var problem))
        {
            Log.Unusable(logger, problem);
            return null;
        }

        var certificate = SessionCertificate.Make(url.IdnHost, time.GetUtcNow());
        var terms = new SessionTerms(
            url.GetLeftPart(UriPartial.Authority), certificate.ExportCertificatePem(), settings.SessionTimeout, time, _ => { });
        var server = new SessionServer(Build(settings.ListenAddress, certificate), certificate, terms, logger);
        try
        {
            await server._app.StartAsync(cancellationToken);
        }
        catch (Exception broken) when (broken is IOException or FormatException or InvalidOperationException)
        {
            await server.DisposeAsync();
            Log.Unusable(logger, $"[session_server] listen_address \"{settings.ListenAddress}\": {broken.Message}");
            return null;
        }

        using var fields = LogFields.With(logger, ("address", settings.ListenAddress));
        Log.Listening(logger);
        return server;
    }

    /// <summary>A door for the next job; disposed when no job came, or when the job is over.</summary>
    public JobSession Invite()
    {
        var session = new JobSession(_terms);
        _sessions[session.Id] = session;
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private static WebApplication Build(string address, X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate))
            .UseUrls(address.StartsWith(':') ? $"https://*{address}" : $"https://{address}");
        builder.Logging.ClearProviders();
        return builder.Build();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Path.Value!.Split('/') is not ["", "session", var id, "exec"] || !_sessions.TryGetValue(id, out var session))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!session.Knows(http.Request.Headers.Authorization))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        }
        else
        {
            await EnterAsync(http, session);
        }
    }

    private async Task EnterAsync(HttpContext http, JobSession session)
    {
        using var patience = new CancellationTokenSource(Patience, _terms.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, http.RequestAborted, session.End);
        if (await session.PlaceAsync(limit.Token) is not { } place)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        if (!session.TryEnter())
        {
            http.Response.StatusCode = StatusCodes.Status423Locked;
            return;
        }

        try
        {
            await using var shell = await place.OpenTerminalAsync(limit.Token);
            await ServeAsync(http, session, shell);
        }
        catch (EnvironmentException broken)
        {
            Log.NotOpened(_logger, broken);
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
        catch (OperationCanceledException) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
        finally
        {
            session.Leave();
        }
    }

    private static async Task ServeAsync(HttpContext http, JobSession session, ITerminalShell shell)
    {
        var wanted = http.WebSockets.WebSocketRequestedProtocols;
        var protocol = wanted.FirstOrDefault(name => name is TerminalPipe.Plain or TerminalPipe.Base64);
        using var socket = await http.WebSockets.AcceptWebSocketAsync(protocol);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, session.End);
        await new TerminalPipe(socket, shell, protocol == TerminalPipe.Base64).RunAsync(end.Token);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "[session_server].listen_address not defined, session endpoints disabled")]
        public static partial void Disabled(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Session server listening")]
        public static partial void Listening(ILogger logger);

        [LoggerMessage(LogLevel.Error, "{problem}; session endpoints are off")]
        public static partial void Unusable(ILogger logger, string problem);

        [LoggerMessage(LogLevel.Warning, "A terminal could not be opened")]
        public static partial void NotOpened(ILogger logger, Exception broken);
    }
}
