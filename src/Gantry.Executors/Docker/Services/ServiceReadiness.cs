using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Running;

namespace Gantry.Executors.Docker.Services;

/// <summary>
/// Waits until services answer, without a container made for it. By the image's own <c>HEALTHCHECK</c> where there is one,
/// else by one of its TCP ports: dialled from here, and where the runner cannot reach the container's network, read from the
/// container's list of listening sockets. A service that does not come up never fails the job (official-executors §2.11).
/// </summary>
internal sealed class ServiceReadiness(DockerJob job)
{
    private const int LogLimit = 64 * 1024;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DialLimit = TimeSpan.FromMilliseconds(900);

    public async Task WaitAsync(IReadOnlyList<RunningService> services, CancellationToken cancellationToken)
    {
        await new ServiceWatch(job, [.. services.Where(service => !service.HasHealthcheck && service.Ports.Count == 0)]).ReportAsync(failedOnly: true, cancellationToken);
        var seconds = job.Settings.WaitForServicesTimeout;
        var waited = services.Where(service => service.HasHealthcheck || service.Ports.Count > 0).ToList();
        if (seconds < 0 || waited.Count == 0)
        {
            return;
        }

        var limit = TimeSpan.FromSeconds(seconds == 0 ? 30 : seconds);
        job.Log.Line($"Waiting for services to be up and running (timeout {limit.TotalSeconds:0} seconds)...");
        var problems = await Task.WhenAll(waited.Select(service => WaitAsync(service, limit, cancellationToken)));
        foreach (var (service, problem) in waited.Zip(problems).Where(pair => pair.Second is not null))
        {
            service.Told = true;
            await ServiceWarning.SayAsync(job, service, problem!, cancellationToken);
        }
    }

    /// <summary>Null when it is ready; else why not.</summary>
    private async Task<string?> WaitAsync(RunningService service, TimeSpan limit, CancellationToken cancellationToken)
    {
        var since = job.Time.GetTimestamp();
        var reach = Reach.ByDialling;
        while (true)
        {
            var details = await job.Engine.Containers.InspectAsync(service.Id, cancellationToken);
            if (!details.State.Running)
            {
                return $"the container ended with exit code {details.State.ExitCode}";
            }

            if (service.HasHealthcheck && details.State.Health is { Status: not "none" } health)
            {
                if (health.Status is "healthy" or "unhealthy")
                {
                    return health.Status == "healthy" ? null : "the container is unhealthy: " + (health.Log.Count > 0 ? health.Log[^1].Output?.Trim() : "");
                }
            }
            else
            {
                (var ready, reach) = await AnswersAsync(service, reach, cancellationToken);
                if (ready)
                {
                    return null;
                }

                if (reach == Reach.Unknown)
                {
                    return $"its ports {string.Join(", ", service.Ports)} can be looked at neither from the runner nor from inside the container";
                }
            }

            if (job.Time.GetElapsedTime(since) >= limit)
            {
                return service.HasHealthcheck ? "still starting" : $"no answer on {string.Join(", ", service.Ports.Select(port => $"port {port}"))}";
            }

            await Task.Delay(Poll, job.Time, cancellationToken);
        }
    }

    private async Task<(bool Ready, Reach Reach)> AnswersAsync(RunningService service, Reach reach, CancellationToken cancellationToken)
    {
        if (reach == Reach.ByDialling)
        {
            var answers = await Task.WhenAll(service.Addresses.SelectMany(address => service.Ports.Select(port => DialAsync(address, port, cancellationToken))));
            if (answers.Contains(Answer.Open))
            {
                return (true, reach);
            }

            // A refusal comes from the container's own machine: then dialling is the right way to ask.
            if (answers.Contains(Answer.Refused))
            {
                return (false, reach);
            }
        }

        return await ListenersAsync(service, cancellationToken) is { } ports
            ? (ports.Overlaps(service.Ports), Reach.ByLooking)
            : (false, Reach.Unknown);
    }

    private async Task<Answer> DialAsync(string address, int port, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(DialLimit, job.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(address), port), both.Token);
            return Answer.Open;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused ? Answer.Refused : Answer.None;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Answer.None;
        }
    }

    /// <summary>Ports on which something listens inside the container; null when that cannot be seen.</summary>
    private async Task<HashSet<int>?> ListenersAsync(RunningService service, CancellationToken cancellationToken)
    {
        try
        {
            var exec = await job.Engine.Containers.CreateExecAsync(service.Id, new ExecSpec
            {
                Cmd = job.Guest.ShowSockets,
                AttachStdout = true,
                AttachStderr = true,
            }, cancellationToken);
            await using var stream = await job.Engine.Containers.StartExecAsync(exec, terminal: false, cancellationToken);
            var text = new StringBuilder();
            await StreamFrames.CopyAsync(stream, (which, bytes) =>
            {
                if (which == EngineStream.Output && text.Length < LogLimit)
                {
                    text.Append(Encoding.ASCII.GetString(bytes));
                }
            }, cancellationToken);
            return text.Length == 0 ? null : job.Guest.Listening(text.ToString());
        }
        catch (Exception e) when (e is EngineException { IsUnreachable: false } or IOException)
        {
            return null;
        }
    }

    private enum Answer
    {
        None,
        Refused,
        Open,
    }

    private enum Reach
    {
        ByDialling,
        ByLooking,
        Unknown,
    }
}
