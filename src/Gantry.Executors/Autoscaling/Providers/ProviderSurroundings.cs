namespace Gantry.Executors.Autoscaling.Providers;

/// <summary>Where plugins are looked for. The composition root reads it; nothing here asks the environment.</summary>
public sealed record ProviderSurroundings
{
    /// <summary><c>FLEETING_PLUGIN_PATH</c>, or <c>.config/fleeting/plugins</c> in the home folder.</summary>
    public required string PluginFolder { get; init; }

    /// <summary><c>PATH</c>, cut.</summary>
    public required IReadOnlyList<string> ProgramFolders { get; init; }
}
