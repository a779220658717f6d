namespace Gantry.Executors.Custom;

/// <summary><c>[runners.custom]</c>: the operator's programs (official-executors §13).</summary>
public sealed record CustomSettings
{
    /// <summary>The table is in the file at all.</summary>
    public bool IsConfigured { get; init; }

    public DriverProgram Config { get; init; } = new("config_exec");
    public DriverProgram Prepare { get; init; } = new("prepare_exec");

    /// <summary>Has no limit of its own: stages have theirs.</summary>
    public DriverProgram Run { get; init; } = new("run_exec");

    public DriverProgram Cleanup { get; init; } = new("cleanup_exec");
}

/// <summary>One of the operator's programs.</summary>
/// <param name="Key">Its key in <c>config.toml</c>.</param>
public sealed record DriverProgram(string Key)
{
    /// <summary>A path, or a name found on PATH; empty: there is none.</summary>
    public string FileName { get; init; } = "";

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(1);

    public bool Exists => FileName.Length > 0;
}
