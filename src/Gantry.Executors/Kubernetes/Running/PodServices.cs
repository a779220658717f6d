using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Executors.Images;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>The service containers of a pod: whether they answer, what they write, how they ended.</summary>
internal sealed class PodServices(PodPlace place, IReadOnlyList<PodService> services, IJobLog log, TimeProvider time) : IAsyncDisposable
{
    private const string PortVariable = "HEALTHCHECK_TCP_PORT";

    private const int TailLines = 20;

    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _end = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private Task _following = Task.CompletedTask;

    /// <summary>Their logs go to the job's until the place ends (<c>CI_DEBUG_SERVICES</c>).</summary>
    public void Follow() => _following = Task.WhenAll(services.Select(service => FollowAsync(service, _end.Token)));

    /// <summary>
    /// Waits for services that name a port in <c>HEALTHCHECK_TCP_PORT</c>. All containers of a pod have one network, so the ports are seen
    /// from the build container. One that does not come up never fails the job.
    /// </summary>
    /// <param name="scripts">The build container.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterException">The pod cannot be asked.</exception>
    public async Task WaitAsync(PodScripts scripts, CancellationToken cancellationToken)
    {
        var wanted = services.Select(service => (Service: service, Text: new JobVariables(service.Variables).Get(PortVariable)))
            .Where(pair => pair.Text.Length > 0).ToList();
        foreach (var (service, text) in wanted.Where(pair => Port(pair.Text) is null))
        {
            log.Warning($"{PortVariable} \"{text}\" of service {service.Image} is no port; the service is not waited for");
        }

        var open = wanted.Where(pair => Port(pair.Text) is not null).ToDictionary(pair => Port(pair.Text)!.Value, pair => pair.Service);
        if (open.Count == 0)
        {
            return;
        }

        var limit = place.Settings.EffectivePollTimeout;
        log.Line(string.Create(CultureInfo.InvariantCulture, $"Waiting for services to be up and running (timeout {limit.TotalSeconds:0} seconds)..."));
        var since = time.GetTimestamp();
        while (await scripts.AskAsync(["cat", "/proc/net/tcp", "/proc/net/tcp6"], cancellationToken) is { } table)
        {
            foreach (var port in ListeningPorts.Of(table))
            {
                open.Remove(port);
            }

            if (open.Count == 0)
            {
                return;
            }

            if (time.GetElapsedTime(since) >= limit)
            {
                break;
            }

            await Task.Delay(Glance, time, cancellationToken);
        }

        foreach (var (port, service) in open)
        {
            log.Warning(string.Create(CultureInfo.InvariantCulture, $"Service {service.Image} probably didn't start properly: nothing listens on port {port}"));
        }

        await ReportAsync(log, cancellationToken);
    }

    /// <summary>Services that have ended, with the end of their logs: the reason of a failed step is often there.</summary>
    public async Task ReportAsync(IJobLog into, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ReportLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var state = services.Count > 0 ? await place.StateAsync(both.Token) : null;
            foreach (var service in services)
            {
                if (state?.Find(service.Container) is { ExitCode: { } code } container && _told.Add(service.Container))
                {
                    into.Warning(string.Create(CultureInfo.InvariantCulture,
                        $"Service {service.Image} (container {service.Container}) has ended: exit code {code}, reason '{container.EndReason}'{(container.IsOutOfMemory ? ": raise service_memory_limit" : "")}"));
                    await using var tail = await place.Cluster.StreamAsync($"{LogPath(service)}&tailLines={TailLines.ToString(CultureInfo.InvariantCulture)}", both.Token);
                    await CopyAsync(tail, bytes => into.Write(LogStream.Service, bytes), both.Token);
                }
            }
        }
        catch (Exception e) when (e is ClusterException or IOException or HttpRequestException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The step has failed in any case; this was for information.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task FollowAsync(PodService service, CancellationToken cancellationToken)
    {
        var lines = new ServiceLogLines(service.Aliases.Count > 0 ? string.Join('-', service.Aliases) : service.Container, bytes => log.Write(LogStream.Service, bytes));
        try
        {
            await using var stream = await place.Cluster.StreamAsync(LogPath(service) + "&follow=true&timestamps=true", cancellationToken);
            await CopyAsync(stream, lines.Feed, cancellationToken);
        }
        catch (Exception e) when (e is ClusterException or IOException or HttpRequestException)
        {
            log.Warning($"The log of service {service.Image} cannot be followed: {e.Message}");
        }

        lines.End();
    }

    private string LogPath(PodService service) => $"{place.Path}/log?container={Uri.EscapeDataString(service.Container)}";

    private static async Task CopyAsync(Stream stream, PodOutput output, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            output(buffer.AsSpan(0, read));
        }
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536 ? port : null;
}
