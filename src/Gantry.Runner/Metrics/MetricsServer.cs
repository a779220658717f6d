using System.Globalization;
using System.Text;
using Gantry.Engine.Plans;
using Gantry.Runner.Supervising;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Metrics;

/// <summary>The server on <c>listen_address</c>: metrics, jobs, state, readiness (official-cli-config §5.1). No TLS, no login.</summary>
internal sealed class MetricsServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RunnerMetrics _metrics;
    private readonly Func<MetricsSnapshot> _snapshot;
    private readonly TimeProvider _time;

    private MetricsServer(WebApplication app, RunnerMetrics metrics, Func<MetricsSnapshot> snapshot, TimeProvider time)
    {
        (_app, _metrics, _snapshot, _time) = (app, metrics, snapshot, time);
        app.Run(AnswerAsync);
    }

    /// <summary>Where it answers, with the port that was bound.</summary>
    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <param name="address">Complete, as <see cref="ListenAddress"/> gives it.</param>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public static async Task<MetricsServer> StartAsync(
        string address, RunnerMetrics metrics, Func<MetricsSnapshot> snapshot, TimeProvider time, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(ListenAddress.ToUrl(address));
        builder.Logging.ClearProviders();
        var server = new MetricsServer(builder.Build(), metrics, snapshot, time);
        try
        {
            await server._app.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Path == "/metrics" && http.Request.Method is not ("GET" or "HEAD"))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        switch (http.Request.Path.Value)
        {
            case "/metrics":
                http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                return http.Response.WriteAsync(_metrics.Render(_snapshot()), http.RequestAborted);
            case "/debug/jobs/list":
                http.Response.Headers["X-List-Version"] = "2";
                http.Response.ContentType = "text/plain";
                return http.Response.WriteAsync(JobList(), http.RequestAborted);
            case "/debug/process/state":
                http.Response.ContentType = "text/plain; charset=utf-8";
                return http.Response.WriteAsync(_snapshot().State.Text() + "\n", http.RequestAborted);
            case "/health/ready":
                http.Response.ContentType = "text/plain; charset=utf-8";
                return http.Response.WriteAsync("ready\n", http.RequestAborted);
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }

    private string JobList()
    {
        var text = new StringBuilder();
        foreach (var job in _snapshot().Jobs)
        {
            var stage = job.Progress.Stage;
            text.Append(
                CultureInfo.InvariantCulture,
                $"url={JobAddress.Of(job)} state=running stage={stage} executor_stage={ExecutorStage.Of(stage)} duration={GoDuration.Format(_time.GetElapsedTime(job.Started))}\n");
        }

        return text.ToString();
    }
}
