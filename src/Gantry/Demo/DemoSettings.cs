namespace Gantry.Demo;

/// <summary>What <c>gantry demo</c> was asked for; paths are absolute.</summary>
/// <param name="DataFolder">Everything the demonstration keeps; a second run reuses it.</param>
/// <param name="SampleFolder">The project to push.</param>
/// <param name="Listen">Host and port of the server.</param>
/// <param name="Once">Leave with the pipeline's status.</param>
internal sealed record DemoSettings(string DataFolder, string SampleFolder, string Listen, bool Once)
{
    /// <summary>Where the server answers; null until it listens. <see cref="Listen"/> may ask for a free port.</summary>
    public Uri? ServedAt { get; init; }

    public Uri Address => ServedAt ?? new Uri($"http://{Listen}");

    public string ServerFolder => Path.Combine(DataFolder, "server");

    public string RunnerFolder => Path.Combine(DataFolder, "runner");

    public string WorkFolder => Path.Combine(DataFolder, "work", ProjectName);

    public string ProjectName => Path.GetFileName(Path.TrimEndingDirectorySeparator(SampleFolder));

    public string ProjectPath => $"demo/{ProjectName}";
}
