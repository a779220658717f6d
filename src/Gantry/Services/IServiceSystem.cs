namespace Gantry.Services;

/// <summary>What starts daemons on this machine: systemd, SysV init, launchd, Windows (official-cli-config §3.7). Pure: texts and words.</summary>
internal interface IServiceSystem
{
    string Name { get; }

    /// <summary>Where the definition is kept; null when the system keeps it itself.</summary>
    string? FileOf(string service);

    /// <summary>Where a definition may be kept: that file, and those of packages.</summary>
    IReadOnlyList<string> PlacesOf(string service) => FileOf(service) is { } file ? [file] : [];

    /// <summary>Mode of that file.</summary>
    UnixFileMode FileMode { get; }

    /// <summary>The definition's text; empty when there is no file.</summary>
    string Text(ServiceDefinition service);

    /// <summary>Programs with their arguments, one after the other.</summary>
    IReadOnlyList<IReadOnlyList<string>> Commands(ServiceAction action, ServiceDefinition service);

    /// <summary>What the status command's end and output say.</summary>
    ServiceStatus Status(int exitCode, string output);
}

internal enum ServiceAction
{
    Install,
    Uninstall,
    Start,
    Stop,
    Restart,
    Status,
}

internal enum ServiceStatus
{
    Running,
    Stopped,
    Unknown,
}
