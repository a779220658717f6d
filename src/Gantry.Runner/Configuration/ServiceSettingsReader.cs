using Gantry.Executors.Images;

namespace Gantry.Runner.Configuration;

/// <summary>From <c>[[runners.docker.services]]</c> and <c>[[runners.kubernetes.services]]</c>.</summary>
internal static class ServiceSettingsReader
{
    /// <param name="executor">The table that has the list.</param>
    public static IReadOnlyList<ServiceSettings> Read(ConfigTable executor) =>
    [
        .. executor.Tables("services").Select(service => new ServiceSettings
        {
            Name = service.Text("name"),
            Alias = service.Text("alias"),
            Command = service.TextList("command"),
            Entrypoint = service.TextList("entrypoint"),
            Environment = service.TextList("environment"),
        }),
    ];
}
