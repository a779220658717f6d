using System.Text;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Running;

namespace Gantry.Executors.Docker.Services;

/// <summary>Tells of a service that does not do its work, with what it printed.</summary>
internal static class ServiceWarning
{
    private const int LogLimit = 64 * 1024;

    /// <param name="job">Whose log is written to.</param>
    /// <param name="service">The service.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task SayAsync(DockerJob job, RunningService service, string problem, CancellationToken cancellationToken)
    {
        var logs = await LogsAsync(job, service, cancellationToken);
        job.Log.Line($"\n{Ansi.Yellow}*** WARNING:{Ansi.Reset} Service {service.Name} probably didn't start properly.\n\n"
            + $"Health check error:\nservice \"{service.Name}\": {problem}\n\nService container logs:\n{logs}\n{Ansi.Yellow}*********{Ansi.Reset}\n");
    }

    private static async Task<string> LogsAsync(DockerJob job, RunningService service, CancellationToken cancellationToken)
    {
        var text = new MemoryStream();
        try
        {
            await using var stream = await job.Engine.Containers.LogsAsync(service.Id, follow: false, timestamps: true, cancellationToken);
            await StreamFrames.CopyAsync(stream, (_, bytes) => text.Write(bytes[..(int)Math.Min(bytes.Length, Math.Max(0, LogLimit - text.Length))]), cancellationToken);
        }
        catch (Exception e) when (e is EngineException or IOException)
        {
            return $"(its log cannot be read: {e.Message})";
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length).TrimEnd('\n');
    }
}
