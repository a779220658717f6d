using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Supervising;

/// <summary>
/// <c>FF_LOG_IMAGES_CONFIGURED_FOR_JOB</c>: the runner's log names the images a job asks for. As the job wrote them: a
/// reference may be to a masked variable, which must not be in this log.
/// </summary>
internal static partial class ConfiguredImages
{
    public static void LogTo(ILogger logger, JobPayload payload, RunnerSettings runner)
    {
        if (!JobPlanner.ReadSettings(payload, runner, []).Flags["FF_LOG_IMAGES_CONFIGURED_FOR_JOB"])
        {
            return;
        }

        if (payload.Image is { Name.Length: > 0 } image)
        {
            using var fields = With(logger, image);
            Log.Image(logger);
        }

        foreach (var service in payload.Services)
        {
            using var fields = With(logger, service);
            Log.Service(logger);
        }
    }

    private static IDisposable? With(ILogger logger, JobImage image) => Platform(image) is { Length: > 0 } platform
        ? LogFields.With(logger, ("image_name", image.Name), ("image_platform", platform))
        : LogFields.With(logger, ("image_name", image.Name));

    private static string? Platform(JobImage image) =>
        image.ExecutorOpts is { ValueKind: JsonValueKind.Object } options
        && options.TryGetProperty("docker", out var docker) && docker.ValueKind == JsonValueKind.Object
        && docker.TryGetProperty("platform", out var platform) && platform.ValueKind == JsonValueKind.String
            ? platform.GetString()
            : null;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Image configured for job")]
        public static partial void Image(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Service image configured for job")]
        public static partial void Service(ILogger logger);
    }
}
