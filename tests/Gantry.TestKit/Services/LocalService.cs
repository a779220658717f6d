using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gantry.TestKit.Services;

/// <summary>A request to a local service, with its body read.</summary>
public sealed record ServiceRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>As sent, still encoded.</summary>
    public string Path => Target.Split('?')[0];

    /// <summary>As sent, without the question mark.</summary>
    public string Query => Target.Contains('?') ? Target[(Target.IndexOf('?') + 1)..] : "";

    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    /// <summary>Empty when absent.</summary>
    public string Header(string name) => Headers.GetValueOrDefault(name) ?? "";

    public string Parameter(string name) => Form(Query, name);

    public string Field(string name) => Form(Text, name);

    public override string ToString() => $"{Method} {Target}";

    private static string Form(string text, string name) => text.Split('&').Select(p => p.Split('=', 2))
        .Where(p => p.Length == 2 && Uri.UnescapeDataString(p[0]) == name).Select(p => Uri.UnescapeDataString(p[1])).FirstOrDefault() ?? "";
}

/// <summary>What a local service answers.</summary>
public sealed record ServiceReply(int Status, string Body = "")
{
    /// <summary>Wins over <see cref="Body"/>.</summary>
    public byte[]? Bytes { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The connection is cut after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }
}

/// <summary>A service on real HTTP that one function answers for. Keeps what it was asked.</summary>
public sealed class LocalService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ServiceRequest> _requests = new();
    private readonly Func<ServiceRequest, ServiceReply> _answer;

    private LocalService(WebApplication app, Func<ServiceRequest, ServiceReply> answer)
    {
        _app = app;
        _answer = answer;
    }

    /// <summary>Without a trailing slash.</summary>
    public string Url { get; private set; } = "";

    /// <summary><c>host:port</c>.</summary>
    public string Authority => Url[(Url.IndexOf("//", StringComparison.Ordinal) + 2)..];

    public IReadOnlyList<ServiceRequest> Requests => [.. _requests];

    public static async Task<LocalService> StartAsync(Func<ServiceRequest, ServiceReply> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var service = new LocalService(builder.Build(), answer);
        service._app.Run(service.HandleAsync);
        await service._app.StartAsync();
        service.Url = service._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return service;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var request = new ServiceRequest(
            http.Request.Method, http.Features.Get<IHttpRequestFeature>()!.RawTarget,
            http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray());
        _requests.Enqueue(request);
        var reply = _answer(request);
        http.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers)
        {
            http.Response.Headers[name] = value;
        }

        var bytes = reply.Bytes ?? System.Text.Encoding.UTF8.GetBytes(reply.Body);
        if (request.Method == "HEAD")
        {
            http.Response.ContentLength = bytes.Length;
            return;
        }

        if (reply.CutAfter is { } cut)
        {
            http.Response.ContentLength = bytes.Length;
            await http.Response.Body.WriteAsync(bytes.AsMemory(0, cut), http.RequestAborted);
            // Ending with too few bytes closes the connection after what was written; an abort could take that back on its way.
            return;
        }

        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}
