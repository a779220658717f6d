using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Tests.Docker.Windows;

/// <summary>
/// The Docker Engine of a Windows host, as far as a runner sees it and as its source says: archives reach a container's own layer only,
/// never what is mounted, drive C: only, and (Hyper-V isolation) no container that runs.
/// </summary>
internal sealed class WindowsEngine : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly ConcurrentDictionary<string, WindowsContainer> _containers = new();
    private readonly ConcurrentQueue<WindowsContainer> _made = new();
    private readonly ConcurrentQueue<string> _placed = new();

    private HalfOpenFront? _front;

    private WindowsEngine(WebApplication app, string folder) => (_app, _folder) = (app, folder);

    /// <summary>For <c>host</c> of <c>[runners.docker]</c>.</summary>
    public string Host => $"tcp://127.0.0.1:{_front!.Port}";

    public string System { get; set; } = "windows";

    /// <summary>Why no container starts; null: they do.</summary>
    public string? Refusal { get; set; }

    /// <summary>Such as <c>POST /containers/create?name=x</c>.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Entries of archives, as they came.</summary>
    public IReadOnlyList<string> Placed => [.. _placed];

    public IReadOnlyList<WindowsContainer> Made => [.. _made];

    /// <summary>Containers that are there now.</summary>
    public int Count => _containers.Count;

    public static async Task<WindowsEngine> StartAsync(string folder)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var engine = new WindowsEngine(app, Directory.CreateDirectory(Path.Combine(folder, "engine")).FullName);
        app.Run(engine.HandleAsync);
        await app.StartAsync();
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        engine._front = new HalfOpenFront(new IPEndPoint(IPAddress.Loopback, address.Port), engine.AttachAsync);
        return engine;
    }

    /// <summary>Where a volume's files are.</summary>
    public string Volume(string name) => Directory.CreateDirectory(Path.Combine(_folder, "volume-" + name.Replace(':', '_').Replace('\\', '_'))).FullName;

    public async ValueTask DisposeAsync()
    {
        foreach (var container in _containers.Values)
        {
            container.Kill();
        }

        await _front!.DisposeAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value!;
        path = path.StartsWith("/v1.", StringComparison.Ordinal) ? path[path.IndexOf('/', 1)..] : path;
        _calls.Enqueue($"{request.Method} {path}{request.QueryString}");
        context.Response.Headers["Api-Version"] = "1.43";
        var parts = path.Trim('/').Split('/');
        await (parts switch
        {
            ["_ping"] => context.Response.WriteAsync("OK"),
            ["info"] => AnswerAsync(context, new JsonObject { ["ID"] = "engine", ["OSType"] = System, ["Architecture"] = "x86_64", ["KernelVersion"] = "10.0 20348" }),
            ["images", .. var name, "json"] => AnswerAsync(context, new JsonObject
            {
                ["Id"] = "sha256:" + string.Join('/', name),
                ["Os"] = "windows",
                ["Architecture"] = "amd64",
                ["Config"] = new JsonObject(),
            }),
            ["networks", "create"] => AnswerAsync(context, new JsonObject { ["Id"] = "net" }, 201),
            ["networks", _] or ["volumes", _] => AnswerAsync(context, null, 204),
            ["networks"] or ["containers", "json"] => context.Response.WriteAsync("[]"),
            ["volumes"] => AnswerAsync(context, new JsonObject { ["Volumes"] = new JsonArray() }),
            ["containers", "create"] => CreateAsync(context),
            ["containers", var id, ..] when Find(id) is { } container => ContainerAsync(context, container, parts),
            ["containers", var id, ..] => RefuseAsync(context, 404, $"No such container: {id}"),
            _ => RefuseAsync(context, 501, $"the engine of the tests has no {request.Method} {path}"),
        });
    }

    private WindowsContainer? Find(string idOrName) =>
        _containers.GetValueOrDefault(idOrName) ?? _containers.Values.FirstOrDefault(one => (string?)one.Spec["name"] == idOrName);

    private async Task CreateAsync(HttpContext context)
    {
        var spec = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
        spec["name"] = context.Request.Query["name"].ToString();
        var container = new WindowsContainer($"c{_made.Count + 1}", spec, _folder, Volume);
        _containers[container.Id] = container;
        _made.Enqueue(container);
        await AnswerAsync(context, new JsonObject { ["Id"] = container.Id }, 201);
    }

    private Task ContainerAsync(HttpContext context, WindowsContainer container, string[] parts) => (context.Request.Method, parts[2..]) switch
    {
        ("GET", ["json"]) => AnswerAsync(context, Details(container)),
        ("POST", ["wait"]) => WaitAsync(context, container),
        ("POST", ["start"]) => StartAsync(context, container),
        ("POST", ["kill"]) => KillAsync(context, container),
        ("PUT", ["archive"]) => PutAsync(context, container),
        ("GET", ["archive"]) => GetAsync(context, container),
        ("GET", ["stats"]) => context.Response.WriteAsync("""{"cpu_stats":{"cpu_usage":{"total_usage":20000000}},"memory_stats":{"privateworkingset":4096}}"""),
        ("DELETE", []) => DeleteAsync(context, container),
        _ => RefuseAsync(context, 501, $"the engine of the tests has no {context.Request.Method} {string.Join('/', parts)}"),
    };

    private static JsonObject Details(WindowsContainer container) => new()
    {
        ["Id"] = container.Id,
        ["State"] = new JsonObject
        {
            ["Running"] = container.Running,
            ["ExitCode"] = container.ExitCode,
            ["Status"] = container.Starts == 0 ? "created" : container.Running ? "running" : "exited",
        },
        ["Config"] = new JsonObject(),
        ["HostConfig"] = new JsonObject(),
        ["NetworkSettings"] = new JsonObject { ["Networks"] = new JsonObject() },
    };

    private async Task AttachAsync(string line, Stream stream)
    {
        _calls.Enqueue(line);
        var container = Find(line.Split('/')[3])!;
        var exit = container.Exit.Task;
        await container.AttachAsync(stream, CancellationToken.None);
        await exit;
    }

    private static async Task WaitAsync(HttpContext context, WindowsContainer container)
    {
        var exit = context.Request.Query["condition"] == "not-running" && !container.Running ? Task.FromResult(container.ExitCode) : container.Exit.Task;
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        await context.Response.WriteAsync(new JsonObject { ["StatusCode"] = await exit.WaitAsync(context.RequestAborted) }.ToJsonString());
    }

    private Task StartAsync(HttpContext context, WindowsContainer container)
    {
        if (Refusal is { } why)
        {
            return RefuseAsync(context, 500, why);
        }

        if (container.Running)
        {
            return AnswerAsync(context, null, 304);
        }

        container.Start();
        return AnswerAsync(context, null, 204);
    }

    private static Task KillAsync(HttpContext context, WindowsContainer container)
    {
        if (!container.Running)
        {
            return RefuseAsync(context, 409, "container is not running");
        }

        container.Kill();
        return AnswerAsync(context, null, 204);
    }

    private async Task DeleteAsync(HttpContext context, WindowsContainer container)
    {
        container.Kill();
        _containers.TryRemove(container.Id, out _);
        await AnswerAsync(context, null, 204);
    }

    private async Task PutAsync(HttpContext context, WindowsContainer container)
    {
        if (Obstacle(context, container) is { } why)
        {
            await RefuseAsync(context, 500, why);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;
        await using (var reader = new TarReader(body, leaveOpen: true))
        {
            while (await reader.GetNextEntryAsync() is { } entry)
            {
                _placed.Enqueue(entry.Name);
            }
        }

        body.Position = 0;
        await TarFile.ExtractToDirectoryAsync(body, PathOf(context, container), overwriteFiles: true, context.RequestAborted);
    }

    private static async Task GetAsync(HttpContext context, WindowsContainer container)
    {
        if (Obstacle(context, container) is { } why)
        {
            await RefuseAsync(context, 500, why);
            return;
        }

        var source = PathOf(context, container);
        if (!Path.Exists(source))
        {
            await RefuseAsync(context, 404, $"Could not find the file {context.Request.Query["path"]} in container");
            return;
        }

        using var buffer = new MemoryStream();
        await using (var tar = new TarWriter(buffer, leaveOpen: true))
        {
            var start = Path.GetDirectoryName(source)!;
            foreach (var entry in Directory.Exists(source) ? Directory.EnumerateFileSystemEntries(source, "*", SearchOption.AllDirectories).Prepend(source) : [source])
            {
                await tar.WriteEntryAsync(entry, Path.GetRelativePath(start, entry));
            }
        }

        await context.Response.Body.WriteAsync(buffer.ToArray());
    }

    private static string? Obstacle(HttpContext context, WindowsContainer container) =>
        container.Running ? "filesystem operations against a running Hyper-V container are not supported"
        : context.Request.Query["path"].ToString() is [var drive, ':', ..] && drive is not ('C' or 'c') ? "The specified path is not on the system drive (C:)"
        : null;

    private static string PathOf(HttpContext context, WindowsContainer container)
    {
        var path = context.Request.Query["path"].ToString().Replace('\\', '/');
        return Path.Combine(container.Layer, (path is [_, ':', ..] ? path[2..] : path).TrimStart('/')).TrimEnd('/');
    }

    private static async Task AnswerAsync(HttpContext context, JsonObject? body, int status = 200)
    {
        context.Response.StatusCode = status;
        if (body is not null)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body.ToJsonString());
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string message) => AnswerAsync(context, new JsonObject { ["message"] = message }, status);
}
