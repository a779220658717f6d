using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Tests.Docker.Keys;

/// <summary>One key of <c>[runners.docker]</c> and how its effect is seen.</summary>
/// <param name="Key">As in <c>DockerShape</c>; keys of services as <c>services.name</c>.</param>
/// <param name="Scenario">Keys of one scenario stand together in one file and share one job.</param>
/// <param name="Toml">The line; <c>{folder}</c>, <c>{other}</c> and <c>{port}</c> are replaced.</param>
/// <param name="Check">Fails when the key has had no effect.</param>
internal sealed record KeyCase(string Key, string Scenario, string Toml, Action<Seen> Check);

/// <summary>How the keys of a scenario are tried.</summary>
internal sealed record Scenario
{
    /// <summary>Further lines of <c>[runners.docker]</c>.</summary>
    public string Toml { get; init; } = "";

    /// <summary>Changes the job.</summary>
    public Action<DockerBench> Job { get; init; } = _ => { };

    /// <summary>Run as a step; null: the container is made and not started.</summary>
    public string? Script { get; init; }

    /// <summary>Run as a hook.</summary>
    public string? Hook { get; init; }

    /// <summary>The engine is reached by what the lines say.</summary>
    public bool OwnHost { get; init; }
}

/// <summary>What a job left to be seen.</summary>
internal sealed record Seen
{
    /// <summary>The build container as inspect gives it.</summary>
    public ContainerDetails Build { get; init; } = new();

    public HostSpec Host => Build.HostConfig;

    public ContainerDetails Service { get; init; } = new();
    public IReadOnlyList<NetworkLine> Networks { get; init; } = [];

    /// <summary>The job's log.</summary>
    public string Text { get; init; } = "";

    /// <summary>Standard output of scripts.</summary>
    public string Output { get; init; } = "";

    /// <summary>Message of the failure; empty for none.</summary>
    public string Failure { get; init; } = "";

    public IReadOnlyList<string> Requests { get; init; } = [];

    /// <summary>The requests with their bodies.</summary>
    public string Sent { get; init; } = "";

    /// <summary>Names of the runner's volumes after the job.</summary>
    public IReadOnlyList<string> VolumesLeft { get; init; } = [];

    public string Folder { get; init; } = "";

    /// <summary>Name of a container that was there before.</summary>
    public string Other { get; init; } = "";
}
