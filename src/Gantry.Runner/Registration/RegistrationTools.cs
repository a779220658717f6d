using Gantry.Engine.Executors;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Registration;

/// <summary>What the commands about runner entries work with. Filled by the composition root.</summary>
public sealed record RegistrationTools
{
    public required SettingsContext Context { get; init; }
    public required GitLabClients Clients { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILogger Logger { get; init; }

    /// <summary>Traits of an executor by its name; null when this build does not have it.</summary>
    public required Func<string, ExecutorTraits?> Traits { get; init; }
}
