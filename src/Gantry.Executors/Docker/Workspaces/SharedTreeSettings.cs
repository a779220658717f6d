using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Gantry.Engine.Sources.Mirrors;
using Gantry.Executors.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Docker.Workspaces;

/// <summary>What sharing depends on besides the job.</summary>
/// <param name="Folder">Of the runner: what jobs write above shared trees.</param>
/// <param name="ProcessId">See <see cref="DockerSurroundings.ProcessId"/>.</param>
/// <param name="Switch">Of the executor.</param>
/// <param name="EngineIsSuitable">The engine is on this machine as far as one can tell, and maps no users.</param>
/// <param name="Logger">For the operator.</param>
internal sealed record SharedTreeSettings(string Folder, string ProcessId, SharedTreeSwitch Switch, bool EngineIsSuitable, ILogger Logger)
{
    /// <summary>What an earlier process found out; null where every process does so itself.</summary>
    public SharingNote? Note { get; init; }

    /// <summary>An overlay was mounted, and a job has already given these volumes' folders their modes.</summary>
    public bool Knows(IEnumerable<string> volumes) => (Switch.IsProven || Note is { IsThere: true }) && volumes.All(Switch.IsReady);

    /// <summary>One for each engine: only that one knows whether what is inside is still in use.</summary>
    public static string FolderOf(DockerSurroundings surroundings, EngineEndpoint endpoint, EngineFacts facts) => Path.Combine(
        surroundings.StateFolder, KeptSources.SharedTrees, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(facts.Key(endpoint))).AsSpan(0, 8)));

    /// <param name="engine">Reached how.</param>
    /// <param name="facts">What it says about itself.</param>
    public static bool Suits(EngineClient engine, EngineFacts facts) =>
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && engine.Endpoint is EngineEndpoint.UnixSocket && facts.OSType == "linux"
        && !facts.SecurityOptions.Any(option => Unsuitable.Contains(option.Split(',')[0]));

    // Users are not the runner's, or files of the runner carry labels that no container may read.
    private static readonly string[] Unsuitable = ["name=userns", "name=rootless", "name=selinux"];
}

/// <summary>Off once the engine has shown that it cannot. Thread-safe.</summary>
internal sealed class SharedTreeSwitch
{
    private readonly ConcurrentDictionary<string, byte> _ready = new();
    private int _off;
    private volatile bool _proven;

    public bool IsOff => Volatile.Read(ref _off) != 0;

    /// <summary>An overlay was mounted.</summary>
    public bool IsProven => _proven;

    /// <summary>A job has already given this volume's folder its modes.</summary>
    public bool IsReady(string volume) => _ready.ContainsKey(volume);

    /// <param name="names">Volumes of the job that showed it.</param>
    public void Prove(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            _ready[name] = 0;
        }

        _proven = true;
    }

    /// <summary>True for the first caller.</summary>
    public bool TurnOff() => Interlocked.Exchange(ref _off, 1) == 0;
}
