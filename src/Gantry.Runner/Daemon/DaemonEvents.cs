namespace Gantry.Runner.Daemon;

/// <summary>Moments in the life of a daemon that others wait for. Called on the daemon's own task; must not throw.</summary>
public sealed record DaemonEvents
{
    /// <summary>The file was read, listeners are open, polling begins.</summary>
    public Action Ready { get; init; } = () => { };

    /// <summary>It is about to read its file again on request; ends with <see cref="Ready"/>.</summary>
    public Action Reloading { get; init; } = () => { };

    /// <summary>It was told to end.</summary>
    public Action Stopping { get; init; } = () => { };
}
