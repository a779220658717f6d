using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gantry.Runner.Configuration;
using Gantry.Runner.Sessions;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Gantry.TestKit.Tables;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Sessions;

/// <summary>Web terminals as GitLab opens them (official-job-protocol §9.9).</summary>
public sealed class SessionServerTests : IAsyncLifetime
{
    private const int Limit = 30_000;

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly RecordingLogger<SessionServerTests> _log = new();
    private readonly RecordingJobLog _jobLog = new();
    private readonly FakePlace _place = new();
    private SessionServer _server = null!;
    private JobSession _session = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var settings = new SessionServerSettings { ListenAddress = "127.0.0.1:0", SessionTimeout = TimeSpan.FromMinutes(30) };
        _server = (await SessionServer.StartAsync(settings, _time, _log, Token))!;
        _session = _server.Invite();
    }

    public async ValueTask DisposeAsync()
    {
        _session.Dispose();
        await _server.DisposeAsync();
    }

    [Theory(Timeout = Limit)]
    [InlineData(TerminalPipe.Plain)]
    [InlineData(TerminalPipe.Base64)]
    public async Task What_is_typed_reaches_the_shell_and_what_it_prints_comes_back(string protocol)
    {
        _session.Open(_place);
        using var socket = await ConnectAsync(protocol);

        Assert.Equal(protocol, socket.SubProtocol);
        Assert.Equal("hellö", await TalkAsync(socket, "hellö"));
        await TalkAsync(socket, "q");
        var end = await socket.ReceiveAsync(new byte[10], Token);

        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.NormalClosure), (end.MessageType, socket.CloseStatus));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await ClockPump.UntilAsync(() => _place.Ended == 1);
    }

    [Fact(Timeout = Limit)]
    public async Task A_visitor_needs_the_exact_token_a_websocket_and_a_place()
    {
        var token = _session.Offer.Authorization!;
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("Bearer " + token));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(null));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(token));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(token, "/session/0000/exec"));

        // Nothing opens the place: after a minute it is given up.
        var refused = ConnectAsync(TerminalPipe.Plain);
        await Assert.ThrowsAsync<WebSocketException>(() => _time.PumpAsync(refused, TimeSpan.FromSeconds(5)));
        Assert.Equal(64, token.Length);
        Assert.Matches("^https://127.0.0.1:0/session/[0-9a-f]{64}$", _session.Offer.Url!);
    }

    [Fact(Timeout = Limit)]
    [Tables("session-server", "exec")]
    public async Task A_terminal_that_cannot_be_had_is_refused_with_the_official_status()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            using var session = _server.Invite();
            if (one.Input.GetProperty("terminal_available").GetBoolean())
            {
                session.Open(new FakePlace { Fails = one.Input.GetProperty("terminal_fails").GetBoolean() });
            }
            else
            {
                await session.CloseAsync(_jobLog, Token);
            }

            Assert.Equal(one.Expected.GetProperty("status").GetInt32(), await RefusalAsync(session, one.Input.GetProperty("websocket_upgrade").GetBoolean()));
        }

        Assert.Equal(3, cases.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task Only_one_visitor_at_a_time_is_let_in()
    {
        _session.Open(_place);
        using var first = await ConnectAsync(TerminalPipe.Plain);

        using var second = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(second, TerminalPipe.Plain));
        Assert.Equal(HttpStatusCode.Locked, second.HttpStatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task A_shell_that_cannot_start_is_an_error_of_the_server()
    {
        _session.Open(new FakePlace { Fails = true });

        using var socket = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(socket, TerminalPipe.Plain));
        Assert.Equal(HttpStatusCode.InternalServerError, socket.HttpStatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task The_end_of_the_job_waits_for_a_visitor_but_not_for_ever()
    {
        _session.Open(_place);
        using var socket = await ConnectAsync(TerminalPipe.Plain);
        Assert.Equal("x", await TalkAsync(socket, "x"));

        await _time.PumpAsync(_session.CloseAsync(_jobLog, Token), TimeSpan.FromMinutes(1));

        Assert.Equal(
            ["Terminal is connected, will time out in 30m0s...", "terminal session timed out (maximum time allowed - 30m0s)"], _jobLog.Lines);
        Assert.Equal(1, _place.Ended);
        Assert.False(_session.TryEnter());
    }

    [Fact(Timeout = Limit)]
    public async Task A_visitor_who_leaves_lets_the_job_end()
    {
        _session.Open(_place);
        using var socket = await ConnectAsync(TerminalPipe.Plain);
        var closing = _session.CloseAsync(_jobLog, Token);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await closing;

        Assert.Equal(["Terminal is connected, will time out in 30m0s...", "Terminal disconnected"], _jobLog.Lines);
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_that_is_over_puts_visitors_out_at_once()
    {
        _session.Open(_place);
        using var socket = await ConnectAsync(TerminalPipe.Plain);
        await _session.CloseAsync(_jobLog, new CancellationToken(canceled: true));

        Assert.Empty(_jobLog.Lines);
        Assert.Equal(1, _place.Ended);
    }

    [Fact(Timeout = Limit)]
    public async Task An_address_that_cannot_be_used_is_said_once_and_switches_terminals_off()
    {
        var wrong = new SessionServerSettings { ListenAddress = "127.0.0.1:0", AdvertiseAddress = "https://here" };

        Assert.Null(await SessionServer.StartAsync(wrong, _time, _log, Token));
        Assert.Contains(
            "[session_server] advertise_address \"https://here\": url not valid, scheme defined; write HOST:PORT; session endpoints are off", _log.Messages);
    }

    private static async Task<string> TalkAsync(ClientWebSocket socket, string text)
    {
        var base64 = socket.SubProtocol == TerminalPipe.Base64;
        var bytes = Encoding.UTF8.GetBytes(text);
        await socket.SendAsync(
            base64 ? Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)) : bytes,
            base64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary, true, Token);
        var buffer = new byte[1024];
        var got = await socket.ReceiveAsync(buffer, Token);
        Assert.Equal(base64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary, got.MessageType);
        var answer = Encoding.UTF8.GetString(buffer, 0, got.Count);
        return base64 ? Encoding.UTF8.GetString(Convert.FromBase64String(answer)) : answer;
    }

    private async Task<ClientWebSocket> ConnectAsync(string protocol)
    {
        var socket = new ClientWebSocket();
        await ConnectAsync(socket, protocol);
        return socket;
    }

    private Task ConnectAsync(ClientWebSocket socket, string protocol) => ConnectAsync(socket, protocol, _session);

    private async Task ConnectAsync(ClientWebSocket socket, string protocol, JobSession session)
    {
        socket.Options.AddSubProtocol(protocol);
        socket.Options.SetRequestHeader("Authorization", session.Offer.Authorization);
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => IsOffered(certificate);
        await socket.ConnectAsync(new Uri($"{_server.Url.Replace("https", "wss", StringComparison.Ordinal)}/session/{session.Id}/exec"), Token);
    }

    private async Task<int> RefusalAsync(JobSession session, bool upgrade)
    {
        if (!upgrade)
        {
            return (int)await StatusAsync(session.Offer.Authorization, $"/session/{session.Id}/exec");
        }

        using var socket = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(socket, TerminalPipe.Plain, session));
        return (int)socket.HttpStatusCode;
    }

    private async Task<HttpStatusCode> StatusAsync(string? authorization, string? path = null)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => IsOffered(certificate) };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, _server.Url + (path ?? $"/session/{_session.Id}/exec"));
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var answer = await client.SendAsync(request, Token);
        return answer.StatusCode;
    }

    private bool IsOffered(X509Certificate? certificate) =>
        certificate is X509Certificate2 shown && shown.ExportCertificatePem() == _session.Offer.Certificate;
}
