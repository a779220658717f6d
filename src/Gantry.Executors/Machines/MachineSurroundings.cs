namespace Gantry.Executors.Machines;

/// <summary>What docker-machine takes from the process. The composition root reads it; nothing here asks the environment.</summary>
public sealed record MachineSurroundings
{
    /// <summary><c>MACHINE_STORAGE_PATH</c>, or <c>.docker/machine</c> in the home folder: holds <c>machines</c>.</summary>
    public required string StorageFolder { get; init; }

    /// <summary><c>MACHINE_BUGSNAG_API_TOKEN</c>; without it no crash of the tool is reported anywhere.</summary>
    public string CrashReportToken { get; init; } = "no-report";

    /// <summary>A name on PATH, or a path.</summary>
    public string Program { get; init; } = "docker-machine";
}
