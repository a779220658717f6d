using Gantry.Engine.Executors;

namespace Gantry.Executors.Ssh;

/// <summary>A port of this computer that leads to a host which cannot be connected to itself.</summary>
internal interface IEntrance
{
    int Port { get; }

    /// <summary>
    /// Why it leads there no more; null: it still does, and has since it was made, so that whoever was answered by the port until now was
    /// answered by the host. Once lost, the port may be anybody's.
    /// </summary>
    string? Loss { get; }

    /// <summary>Before each connection: only while one is being made is anybody let in.</summary>
    /// <exception cref="EnvironmentException">The way is lost.</exception>
    IEntranceCall Begin();
}

/// <summary>A connection that is being made; disposed when it is there or has failed.</summary>
internal interface IEntranceCall : IDisposable
{
    /// <summary>A connection of this process came in and was let through.</summary>
    bool Arrived { get; }
}
