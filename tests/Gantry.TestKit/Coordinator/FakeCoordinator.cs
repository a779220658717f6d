using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Json;
using Gantry.Protocol.Runners;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gantry.TestKit.Coordinator;

/// <summary>
/// A hand-written GitLab, as far as a runner sees it, on real HTTP: hands out jobs, keeps what it is sent, and goes wrong
/// on request. Answers as official-job-protocol §1 says.
/// </summary>
public sealed class FakeCoordinator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly ConcurrentDictionary<long, FakeJob> _jobs = new();
    private readonly ConcurrentQueue<FakeJob> _queue = new();
    private readonly Lock _gate = new();
    private readonly List<(Func<RecordedRequest, bool> Matches, Fault Fault, int Left)> _faults = [];
    private readonly CancellationTokenSource _disposed = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lastUpdate = 1;

    private FakeCoordinator(WebApplication app) => _app = app;

    /// <summary>Without a trailing slash.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Accepted by <c>POST runners</c>.</summary>
    public string RegistrationToken { get; set; } = "registration-token";

    /// <summary>Known runner tokens and their numbers. The registered ones are added.</summary>
    public ConcurrentDictionary<string, long> Runners { get; } = new() { ["glrt-fake-runner-token"] = 12 };

    /// <summary>What the next registration or reset gives out.</summary>
    public string NextToken { get; set; } = "fresh-runner-token";

    public DateTimeOffset? TokenExpiresAt { get; set; }

    /// <summary>Every token is known.</summary>
    public bool AnyRunner { get; set; }

    /// <summary>The number of every runner; null: numbers are given out.</summary>
    public long? RunnerId { get; set; }

    /// <summary>How long a job request with the present <c>last_update</c> is held.</summary>
    public TimeSpan LongPoll { get; set; } = TimeSpan.Zero;

    /// <summary>Where downloads with <c>direct_download=true</c> are sent; null: they are answered here.</summary>
    public string? ObjectStore { get; set; }

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <param name="configure">For TLS and the like.</param>
    public static async Task<FakeCoordinator> StartAsync(Action<IWebHostBuilder>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure?.Invoke(builder.WebHost);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var coordinator = new FakeCoordinator(app);
        app.Run(coordinator.HandleAsync);
        await app.StartAsync();
        coordinator.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return coordinator;
    }

    /// <summary>Puts a job into the queue of all runners.</summary>
    public FakeJob Enqueue(JobPayload payload)
    {
        var job = new FakeJob(payload);
        _jobs[payload.Id] = job;
        _queue.Enqueue(job);
        Announce();
        return job;
    }

    /// <summary>A job that no runner is given: for tests of calls about it.</summary>
    public FakeJob Add(JobPayload payload) => _jobs[payload.Id] = new FakeJob(payload);

    /// <summary>The next requests whose text (<c>PUT jobs/1</c>) begins so go wrong.</summary>
    public void Break(string beginning, Fault fault, int times = 1) =>
        Break(request => request.ToString().StartsWith(beginning, StringComparison.Ordinal), fault, times);

    public void Break(Func<RecordedRequest, bool> matches, Fault fault, int times = 1)
    {
        lock (_gate)
        {
            _faults.Add((matches, fault, times));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        Announce();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _app.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // A held request does not matter to a test that is over.
        }

        await _app.DisposeAsync();
        _disposed.Dispose();
    }

    private void Announce()
    {
        TaskCompletionSource old;
        lock (_gate)
        {
            _lastUpdate++;
            old = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        old.TrySetResult();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var request = new RecordedRequest
        {
            Method = http.Request.Method,
            Path = http.Request.Path.Value!.Replace("/api/v4/", "", StringComparison.Ordinal),
            Query = http.Request.QueryString.Value ?? "",
            Headers = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = body.ToArray(),
        };
        _requests.Enqueue(request);
        http.Response.Headers[ProtocolHeaders.RequestId] = "01FAKE" + _requests.Count.ToString(CultureInfo.InvariantCulture);
        if (NextFault(request) is { } fault)
        {
            await GoWrongAsync(http, request, fault);
            return;
        }

        await AnswerAsync(http, request);
    }

    private Fault? NextFault(RecordedRequest request)
    {
        lock (_gate)
        {
            var index = _faults.FindIndex(f => f.Left > 0 && f.Matches(request));
            if (index < 0)
            {
                return null;
            }

            var (matches, fault, left) = _faults[index];
            _faults[index] = (matches, fault, left - 1);
            return fault;
        }
    }

    private async Task GoWrongAsync(HttpContext http, RecordedRequest request, Fault fault)
    {
        switch (fault)
        {
            case Fault.Status status:
                if (status.AfterEffect)
                {
                    await TakeEffectAsync(http, request);
                }

                http.Response.StatusCode = status.Code;
                http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = status.Reason;
                foreach (var (name, value) in status.Headers)
                {
                    http.Response.Headers[name] = value;
                }

                http.Response.ContentType = status.ContentType;
                await http.Response.WriteAsync(status.Body);
                break;
            case Fault.Reset reset:
                if (reset.AfterEffect)
                {
                    await TakeEffectAsync(http, request);
                }

                http.Abort();
                break;
            case Fault.Truncated truncated:
                if (truncated.AfterEffect && await RefusedAsync(http, request))
                {
                    break;
                }

                http.Response.StatusCode = truncated.Code;
                http.Response.ContentType = truncated.ContentType;
                http.Response.ContentLength = truncated.Body.Length + 100;
                await http.Response.WriteAsync(truncated.Body);
                await http.Response.Body.FlushAsync();
                http.Abort();
                break;
            case Fault.Silence:
                using (var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _disposed.Token))
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                }

                http.Abort();
                break;
        }
    }

    /// <summary>What the answer would have been.</summary>
    private async Task<HttpResponse> TakeEffectAsync(HttpContext http, RecordedRequest request)
    {
        var effect = new DefaultHttpContext { Request = { QueryString = http.Request.QueryString } };
        await AnswerAsync(effect, request);
        return effect.Response;
    }

    /// <summary>Lets the request take effect; a refusal is the answer, as no server says that it did what it refused.</summary>
    private async Task<bool> RefusedAsync(HttpContext http, RecordedRequest request)
    {
        var effect = await TakeEffectAsync(http, request);
        if (effect.StatusCode < 300)
        {
            return false;
        }

        http.Response.StatusCode = effect.StatusCode;
        foreach (var (name, value) in effect.Headers)
        {
            http.Response.Headers[name] = value;
        }

        return true;
    }

    private async Task AnswerAsync(HttpContext http, RecordedRequest request)
    {
        switch (request.Method, request.Path.Split('/'))
        {
            case ("POST", ["runners"]):
                await RegisterAsync(http, request);
                break;
            case ("POST", ["runners", "verify"]):
                await VerifyAsync(http, request);
                break;
            case ("DELETE", ["runners"]) or ("DELETE", ["runners", "managers"]):
                http.Response.StatusCode = Runners.TryRemove(request.Json.GetProperty("token").GetString()!, out _) ? 204 : 403;
                break;
            case ("POST", ["runners", "reset_authentication_token"]):
                await ResetAsync(http, Runners.TryRemove(request.Json.GetProperty("token").GetString()!, out var own) ? own : null);
                break;
            case ("POST", ["runners", var id, "reset_authentication_token"]):
                await ResetAsync(http, request.Header(ProtocolHeaders.PrivateToken) == "pat" ? long.Parse(id, CultureInfo.InvariantCulture) : null);
                break;
            case ("POST", ["jobs", "request"]):
                await RequestJobAsync(http, request);
                break;
            case ("PUT", ["jobs", var id]):
                OnJob(http, id, request.Json.GetProperty("token").GetString(), job => Update(http, job, request));
                break;
            case ("PATCH", ["jobs", var id, "trace"]):
                OnJob(http, id, request.Header(ProtocolHeaders.JobToken), job => Append(http, job, request));
                break;
            case ("POST", ["jobs", var id, "artifacts"]):
                OnJob(http, id, request.Header(ProtocolHeaders.JobToken), job => Upload(http, job, request));
                break;
            case ("GET", ["jobs", var id, "artifacts"]):
                await DownloadAsync(http, id, request);
                break;
            default:
                http.Response.StatusCode = 404;
                break;
        }
    }

    private async Task RegisterAsync(HttpContext http, RecordedRequest request)
    {
        if (!AnyRunner && request.Json.GetProperty("token").GetString() != RegistrationToken)
        {
            await JsonAsync(http, 403, """{"message":"403 Forbidden - invalid token supplied"}""");
            return;
        }

        var id = Runners[NextToken] = RunnerId ?? 100 + Runners.Count;
        await JsonAsync(http, 201, JsonSerializer.Serialize(
            new RegisterRunnerResponse { Id = id, Token = NextToken, TokenExpiresAt = TokenExpiresAt }, ProtocolJson.Default.RegisterRunnerResponse));
    }

    private async Task VerifyAsync(HttpContext http, RecordedRequest request)
    {
        var token = request.Json.GetProperty("token").GetString()!;
        if (AnyRunner)
        {
            Runners.TryAdd(token, RunnerId ?? 1);
        }

        if (!Runners.TryGetValue(token, out var id))
        {
            await JsonAsync(http, 403, """{"message":"403 Forbidden"}""");
            return;
        }

        await JsonAsync(http, 200, JsonSerializer.Serialize(
            new VerifyRunnerResponse { Id = id, Token = token, TokenExpiresAt = TokenExpiresAt }, ProtocolJson.Default.VerifyRunnerResponse));
    }

    private async Task ResetAsync(HttpContext http, long? id)
    {
        if (id is null)
        {
            await JsonAsync(http, 403, """{"message":"403 Forbidden"}""");
            return;
        }

        Runners[NextToken] = id.Value;
        await JsonAsync(http, 201, JsonSerializer.Serialize(
            new ResetTokenResponse { Token = NextToken, TokenExpiresAt = TokenExpiresAt }, ProtocolJson.Default.ResetTokenResponse));
    }

    private async Task RequestJobAsync(HttpContext http, RecordedRequest request)
    {
        if (!Runners.ContainsKey(request.Json.GetProperty("token").GetString()!))
        {
            await JsonAsync(http, 403, """{"message":"403 Forbidden"}""");
            return;
        }

        var (current, news) = State();
        var seen = request.Json.TryGetProperty("last_update", out var value) ? value.GetString() : null;
        if (_queue.IsEmpty && seen == current && LongPoll > TimeSpan.Zero)
        {
            await Task.WhenAny(news, Task.Delay(LongPoll, TimeProvider.System, http.RequestAborted));
        }

        (current, _) = State();
        http.Response.Headers[ProtocolHeaders.LastUpdate] = current;
        if (!http.RequestAborted.IsCancellationRequested && _queue.TryDequeue(out var job))
        {
            await JsonAsync(http, 201, JsonSerializer.Serialize(job.Payload, ProtocolJson.Default.JobPayload));
        }
        else
        {
            http.Response.StatusCode = 204;
        }
    }

    private (string Current, Task News) State()
    {
        lock (_gate)
        {
            return (_lastUpdate.ToString(CultureInfo.InvariantCulture), _news.Task);
        }
    }

    private void OnJob(HttpContext http, string id, string? token, Action<FakeJob> act)
    {
        if (!_jobs.TryGetValue(long.Parse(id, CultureInfo.InvariantCulture), out var job))
        {
            http.Response.StatusCode = 404;
            return;
        }

        // A finished job is closed, but its files stay readable.
        var closed = job.State is not ("pending" or "running");
        http.Response.Headers[ProtocolHeaders.JobStatus] = closed ? job.State : job.Status;
        if (closed || token != job.Payload.Token || job.Status is "canceled" or "failed")
        {
            http.Response.StatusCode = 403;
            return;
        }

        if (job.TraceInterval is { } seconds)
        {
            http.Response.Headers[ProtocolHeaders.TraceUpdateInterval] = seconds.ToString(CultureInfo.InvariantCulture);
        }

        act(job);
    }

    private static void Update(HttpContext http, FakeJob job, RecordedRequest request) =>
        http.Response.StatusCode = job.TakeUpdate(JsonSerializer.Deserialize(request.Body, ProtocolJson.Default.UpdateJobRequest)!);

    private static void Append(HttpContext http, FakeJob job, RecordedRequest request)
    {
        if (request.Header("Content-Range")?.Split('-') is not [var first, var last]
            || long.Parse(last, CultureInfo.InvariantCulture) - long.Parse(first, CultureInfo.InvariantCulture) + 1 != request.Body.Length)
        {
            http.Response.StatusCode = 400;
            return;
        }

        var (size, fits) = job.Append(long.Parse(first, CultureInfo.InvariantCulture), request.Body);
        http.Response.StatusCode = fits ? 202 : 416;
        http.Response.Headers.Range = $"0-{size}";
    }

    private static void Upload(HttpContext http, FakeJob job, RecordedRequest request)
    {
        var query = http.Request.Query;
        var (name, content) = MultipartReading.SingleFile(request);
        job.AddArtifact(new FakeArtifact(
            name, query["artifact_type"].ToString(), query["artifact_format"].ToString(), query["expire_in"].ToString(), content));
        http.Response.StatusCode = 201;
    }

    private async Task DownloadAsync(HttpContext http, string id, RecordedRequest request)
    {
        if (!_jobs.TryGetValue(long.Parse(id, CultureInfo.InvariantCulture), out var job) || job.Artifacts is not [.., var artifact])
        {
            http.Response.StatusCode = 404;
            return;
        }

        if (request.Header(ProtocolHeaders.JobToken) != job.Payload.Token)
        {
            http.Response.StatusCode = 403;
            return;
        }

        if (ObjectStore is { } store && request.Query == "?direct_download=true")
        {
            http.Response.Redirect(store);
            return;
        }

        http.Response.ContentType = "application/octet-stream";
        await http.Response.Body.WriteAsync(artifact.Content, http.RequestAborted);
    }

    private static async Task JsonAsync(HttpContext http, int status, string json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(json, http.RequestAborted);
    }

}
