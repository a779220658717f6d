using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gantry.TestKit.Kubernetes;

/// <summary>A call to the cluster.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">With its query, decoded.</param>
/// <param name="Token">The bearer token.</param>
/// <param name="Body">Null: none.</param>
public sealed record ClusterCall(string Method, string Path, string Token, JsonObject? Body)
{
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>
/// A hand-written Kubernetes API, as far as a runner sees it, on real HTTP: keeps what it is given, runs the containers of pods on the
/// Docker Engine of this machine, and goes wrong on request.
/// </summary>
public sealed class FakeCluster : IAsyncDisposable
{
    public const string Token = "cluster-token";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ClusterCall> _calls = new();
    private readonly ConcurrentDictionary<string, JsonObject> _things = new();
    private readonly ConcurrentDictionary<string, FakePod> _pods = new();
    private readonly ConcurrentQueue<JsonObject> _events = new();
    private readonly List<(Func<ClusterCall, bool> Matches, int Status, string Message, int Left)> _faults = [];
    private readonly ConcurrentQueue<ExecCut> _cuts = new();
    private readonly Lock _gate = new();

    private FakeCluster(WebApplication app) => _app = app;

    /// <summary>Without a trailing slash.</summary>
    public string Url { get; private set; } = "";

    public IReadOnlyList<ClusterCall> Calls => [.. _calls];

    /// <summary>Everything that is in the cluster, by its path.</summary>
    public IReadOnlyCollection<string> Things => [.. _things.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What pods say of themselves, instead of running; null: they run.</summary>
    public Func<JsonObject, JsonObject?>? StatusOf { get; set; }

    /// <summary>Registries do not have them.</summary>
    public Func<string, string, bool> IsMissing { get; set; } = (_, _) => false;

    /// <param name="configure">For TLS.</param>
    public static async Task<FakeCluster> StartAsync(Action<IWebHostBuilder>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure?.Invoke(builder.WebHost);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var cluster = new FakeCluster(app);
        app.UseWebSockets();
        app.Run(cluster.HandleAsync);
        await app.StartAsync();
        cluster.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return cluster;
    }

    /// <summary>The next calls of a kind are refused.</summary>
    public void Refuse(Func<ClusterCall, bool> matches, int status, string message, int times = int.MaxValue)
    {
        lock (_gate)
        {
            _faults.Add((matches, status, message, times));
        }
    }

    /// <summary>The next connections to scripts break, each as it is said here.</summary>
    public void CutScripts(params ReadOnlySpan<ExecCut> cuts)
    {
        foreach (var cut in cuts)
        {
            _cuts.Enqueue(cut);
        }
    }

    public void Put(string path, JsonObject thing) => _things[path] = thing;

    public void AddEvent(string pod, string type, string reason, string message) => _events.Enqueue(new JsonObject
    {
        ["metadata"] = new JsonObject { ["uid"] = Guid.NewGuid().ToString() },
        ["involvedObject"] = new JsonObject { ["name"] = pod },
        ["type"] = type,
        ["reason"] = reason,
        ["message"] = message,
        ["count"] = 1,
    });

    /// <summary>What the first pod that was created looked like.</summary>
    public JsonObject CreatedPod => _calls.First(call => call.Method == "POST" && call.Path.EndsWith("/pods", StringComparison.Ordinal)).Body!;

    /// <summary>The cluster needs the node for something else.</summary>
    public async Task EvictAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, pod) in _pods)
        {
            _things[path]["status"] = new JsonObject { ["phase"] = "Failed", ["reason"] = "Evicted", ["message"] = "The node was low on resource: memory." };
            await pod.RemoveAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_pods.Values.Select(pod => pod.RemoveAsync(CancellationToken.None)));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        var body = http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0
            ? await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted) as JsonObject : null;
        var call = new ClusterCall(http.Request.Method, path + Uri.UnescapeDataString(http.Request.QueryString.Value ?? ""),
            http.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), body);
        _calls.Enqueue(call);
        if (Fault(call) is var (status, message))
        {
            await AnswerAsync(http, status, Status(status, message));
            return;
        }

        if (call.Token.Length == 0 && http.Connection.ClientCertificate is null)
        {
            await AnswerAsync(http, 401, Status(401, "Unauthorized"));
            return;
        }

        if (path.EndsWith("/exec", StringComparison.Ordinal))
        {
            await ExecAsync(http, path[..^5]);
        }
        else if (path.EndsWith("/log", StringComparison.Ordinal))
        {
            await LogAsync(http, path[..^4]);
        }
        else if (path == "/version")
        {
            await AnswerAsync(http, 200, new JsonObject { ["gitVersion"] = "v1.34.0-fake" });
        }
        else
        {
            var (code, answer) = await ThingAsync(http, path, body);
            await AnswerAsync(http, code, answer);
        }
    }

    private (int Status, string Message)? Fault(ClusterCall call)
    {
        lock (_gate)
        {
            var index = _faults.FindIndex(fault => fault.Left > 0 && fault.Matches(call));
            if (index < 0)
            {
                return null;
            }

            var fault = _faults[index];
            _faults[index] = fault with { Left = fault.Left - 1 };
            return (fault.Status, fault.Message);
        }
    }

    private async Task<(int Code, JsonObject Answer)> ThingAsync(HttpContext http, string path, JsonObject? body)
    {
        switch (http.Request.Method)
        {
            case "POST":
                return await CreateAsync(path, body!, http.RequestAborted);
            case "PUT":
                _things[path] = body!;
                return (200, body!);
            case "DELETE":
                return await DeleteAsync(path, body?["preconditions"]?["uid"]?.ToString(), http.RequestAborted);
            default:
                return await GetAsync(http, path);
        }
    }

    private async Task<(int Code, JsonObject Answer)> CreateAsync(string collection, JsonObject thing, CancellationToken cancellationToken)
    {
        var metadata = thing["metadata"]!.AsObject();
        var path = $"{collection}/{metadata["name"]}";
        thing = (JsonObject)thing.DeepClone();
        metadata = thing["metadata"]!.AsObject();
        metadata["uid"] = Guid.NewGuid().ToString();
        if (collection.Split('/') is [.., "namespaces", var space, _])
        {
            metadata["namespace"] = space;
        }

        if (!_things.TryAdd(path, thing))
        {
            return (409, Status(409, $"{collection.Split('/')[^1]} \"{metadata["name"]}\" already exists", "AlreadyExists"));
        }

        if (collection.EndsWith("/pods", StringComparison.Ordinal) && StatusOf is null)
        {
            var pod = _pods[path] = new FakePod(thing, IsMissing);
            await pod.StartAsync(cancellationToken);
        }

        return (201, thing);
    }

    private async Task<(int Code, JsonObject Answer)> DeleteAsync(string path, string? wanted, CancellationToken cancellationToken)
    {
        if (wanted is not null && _things.TryGetValue(path, out var there) && wanted != there["metadata"]?["uid"]?.ToString())
        {
            return (409, Status(409, "the UID in the precondition does not match the UID in record", "Conflict"));
        }

        if (!_things.TryRemove(path, out var thing))
        {
            return (404, NotFound(path));
        }

        if (_pods.TryRemove(path, out var pod))
        {
            await pod.RemoveAsync(cancellationToken);
        }

        // Things with an owner go with it.
        var uid = thing["metadata"]?["uid"]?.ToString();
        foreach (var (other, _) in _things.Where(pair => pair.Value["metadata"]?["ownerReferences"]?[0]?["uid"]?.ToString() == uid && uid is not null).ToList())
        {
            _things.TryRemove(other, out _);
        }

        return (200, Status(200, ""));
    }

    private async Task<(int Code, JsonObject Answer)> GetAsync(HttpContext http, string path)
    {
        if (_things.TryGetValue(path, out var thing))
        {
            thing = (JsonObject)thing.DeepClone();
            if (StatusOf?.Invoke(thing) is { } status)
            {
                thing["status"] = status;
            }
            else if (_pods.TryGetValue(path, out var pod) && thing["status"]?["reason"]?.ToString() != "Evicted")
            {
                thing["status"] = await pod.StatusAsync(http.RequestAborted);
            }

            return (200, thing);
        }

        var kind = path.Split('/')[^1];
        if (kind == "events")
        {
            var selector = http.Request.Query["fieldSelector"].ToString();
            return (200, List(_events.Where(one => selector.Contains($"involvedObject.name={one["involvedObject"]!["name"]}", StringComparison.Ordinal)).Select(one => one.DeepClone())));
        }

        return kind is "pods" or "secrets" or "namespaces"
            ? (200, List(_things.Where(pair => pair.Key.StartsWith(path + "/", StringComparison.Ordinal) && pair.Key.LastIndexOf('/') == path.Length
                && Selects(http.Request.Query["labelSelector"].ToString(), pair.Value)).Select(pair => pair.Value.DeepClone())))
            : (404, NotFound(path));
    }

    private async Task ExecAsync(HttpContext http, string path)
    {
        if (!_pods.TryGetValue(path, out var pod))
        {
            await AnswerAsync(http, 404, NotFound(path));
        }
        else if (!http.WebSockets.IsWebSocketRequest || !http.WebSockets.WebSocketRequestedProtocols.Contains(FakeExec.Protocol))
        {
            await AnswerAsync(http, 400, Status(400, "Upgrade request required"));
        }
        else
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync(FakeExec.Protocol);
            var words = http.Request.Query["command"].Select(word => word!).ToList();
            var cut = words.Any(word => word.Contains("gantry-", StringComparison.Ordinal)) && _cuts.TryDequeue(out var next) ? next : new ExecCut();
            using var exec = new FakeExec(socket, cut, pod.Exec(http.Request.Query["container"].ToString(), words,
                http.Request.Query["stdin"] == "true", http.Request.Query["tty"] == "true"));
            await exec.RunAsync(http.RequestAborted);
        }
    }

    private async Task LogAsync(HttpContext http, string path)
    {
        if (!_pods.TryGetValue(path, out var pod))
        {
            await AnswerAsync(http, 404, NotFound(path));
            return;
        }

        await pod.LogAsync(http.Request.Query["container"].ToString(), http.Request.Query["follow"] == "true", http.Request.Query["tailLines"].ToString(), http.Response.Body, http.RequestAborted);
    }

    /// <summary><c>a=b,c!=d</c>.</summary>
    private static bool Selects(string selector, JsonObject thing) => selector.Split(',', StringSplitOptions.RemoveEmptyEntries).All(term =>
    {
        var not = term.Contains("!=", StringComparison.Ordinal);
        var parts = term.Split(not ? "!=" : "=");
        return (thing["metadata"]?["labels"]?[parts[0]]?.ToString() == parts[1]) != not;
    });

    private static JsonObject List(IEnumerable<JsonNode> items) => new() { ["items"] = new JsonArray([.. items]) };

    private static JsonObject NotFound(string path) => Status(404, $"{path.Split('/')[^2]} \"{path.Split('/')[^1]}\" not found", "NotFound");

    private static JsonObject Status(int code, string message, string reason = "") => new()
    {
        ["kind"] = "Status",
        ["status"] = code < 400 ? "Success" : "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["code"] = code,
    };

    private static async Task AnswerAsync(HttpContext http, int status, JsonObject answer)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer.ToJsonString(), http.RequestAborted);
    }
}
