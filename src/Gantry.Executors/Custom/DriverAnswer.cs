using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;

namespace Gantry.Executors.Custom;

/// <summary>What <c>config_exec</c> prints; everything may be missing.</summary>
internal sealed record DriverAnswer
{
    [JsonPropertyName("driver")]
    public DriverName? Driver { get; init; }

    [JsonPropertyName("hostname")]
    public string? Hostname { get; init; }

    [JsonPropertyName("builds_dir")]
    public string? BuildsDir { get; init; }

    [JsonPropertyName("cache_dir")]
    public string? CacheDir { get; init; }

    [JsonPropertyName("builds_dir_is_shared")]
    public bool? BuildsDirIsShared { get; init; }

    [JsonPropertyName("job_env")]
    public Dictionary<string, string>? JobEnv { get; init; }

    [JsonPropertyName("shell")]
    public string? Shell { get; init; }

    [JsonIgnore]
    public string Announcement => Driver switch
    {
        null => "Using Custom executor...",
        { Version: { Length: > 0 } version } driver => $"Using Custom executor with driver {driver.Name} {version}...",
        var driver => $"Using Custom executor with driver {driver.Name}...",
    };

    [JsonIgnore]
    public PlaceAnswers Answers => new()
    {
        BuildsFolder = BuildsDir,
        CacheFolder = CacheDir,
        SharedBuildsFolder = BuildsDirIsShared,
        HostName = string.IsNullOrEmpty(Hostname) ? null : Hostname,
        Shell = Shell,
    };

    /// <exception cref="EnvironmentException">It is no JSON of this shape.</exception>
    public static DriverAnswer Parse(ReadOnlySpan<byte> output)
    {
        if (output.Trim(" \t\r\n"u8).IsEmpty)
        {
            return new DriverAnswer();
        }

        try
        {
            return JsonSerializer.Deserialize(output, DriverJson.Default.DriverAnswer) ?? new DriverAnswer();
        }
        catch (JsonException broken)
        {
            throw EnvironmentException.Broken($"error while parsing JSON output: {broken.Message}", broken);
        }
    }
}

/// <summary>For the log.</summary>
internal sealed record DriverName
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("version")]
    public string? Version { get; init; }
}

/// <summary>One element of <c>CUSTOM_ENV_CI_JOB_SERVICES</c>.</summary>
internal sealed record ServiceNote
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("alias")]
    public required string Alias { get; init; }

    [JsonPropertyName("entrypoint")]
    public required IReadOnlyList<string>? Entrypoint { get; init; }

    [JsonPropertyName("command")]
    public required IReadOnlyList<string>? Command { get; init; }

    [JsonPropertyName("variables"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyDictionary<string, string>? Variables { get; init; }

    public static ServiceNote Of(PlannedService service) => new()
    {
        Name = service.Image.Name,
        Alias = service.Aliases is [var first, ..] ? first : "",
        Entrypoint = NullIfEmpty(service.Image.Entrypoint),
        Command = NullIfEmpty(service.Image.Command),
        Variables = VariablesOf(service),
    };

    private static IReadOnlyList<string>? NullIfEmpty(IReadOnlyList<string> list) => list.Count == 0 ? null : list;

    // The service's own ones come last; what it sees of the job's is in the environment anyway.
    private static Dictionary<string, string>? VariablesOf(PlannedService service)
    {
        if (service.Image.Variables.Count == 0)
        {
            return null;
        }

        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in service.Variables.TakeLast(service.Image.Variables.Count))
        {
            own[variable.Key] = variable.Value;
        }

        return own;
    }
}

[JsonSerializable(typeof(DriverAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ServiceNote>))]
internal sealed partial class DriverJson : JsonSerializerContext;
