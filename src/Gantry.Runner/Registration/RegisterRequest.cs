using Gantry.Engine;
using Gantry.Runner.Configuration;

namespace Gantry.Runner.Registration;

/// <summary>The flags of <c>register</c> (official-cli-config §1.3.3), environment included.</summary>
public sealed record RegisterRequest
{
    /// <summary>The file to add to.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>Null: no template.</summary>
    public string? TemplatePath { get; init; }

    public string TagList { get; init; } = "";
    public bool NonInteractive { get; init; }
    public bool LeaveRunner { get; init; }
    public Secret RegistrationToken { get; init; }
    public bool RunUntagged { get; init; }
    public bool Locked { get; init; } = true;
    public string AccessLevel { get; init; } = "";

    /// <summary>Seconds; 0: the server's.</summary>
    public int MaximumTimeout { get; init; }

    public bool Paused { get; init; }
    public string MaintenanceNote { get; init; } = "";

    /// <summary>What the flags of <see cref="RunnerFlags"/> set; <c>name</c> holds the host name unless it was given.</summary>
    public required ConfigTable Runner { get; init; }

    /// <summary>The executors to choose from.</summary>
    public IReadOnlyList<string> Executors { get; init; } = OfficialExecutors;

    /// <summary>All names the official runner knows.</summary>
    public static readonly IReadOnlyList<string> OfficialExecutors =
    [
        "custom", "docker", "docker+machine", "docker-autoscaler", "docker-windows", "instance", "kubernetes", "parallels", "shell",
        "ssh", "virtualbox",
    ];

    /// <summary>Something was set that belongs to the server when the token is an authentication token.</summary>
    internal bool SetsServerOptions =>
        !Locked || AccessLevel.Length > 0 || RunUntagged || MaximumTimeout > 0 || Paused || TagList.Length > 0 || MaintenanceNote.Length > 0;
}
