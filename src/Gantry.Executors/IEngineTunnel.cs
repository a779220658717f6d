namespace Gantry.Executors;

/// <summary>A way to a container engine that somebody else has: bytes to its socket and back. Thread-safe.</summary>
public interface IEngineTunnel
{
    /// <summary>Where it leads, for messages.</summary>
    string Name { get; }

    /// <summary>Opens one more connection.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    Task<TunnelLine> DialAsync(CancellationToken cancellationToken);
}

/// <summary>One connection.</summary>
/// <param name="Stream">Both directions; disposing it ends both.</param>
/// <param name="CloseWrite">No more bytes follow; reading goes on.</param>
public sealed record TunnelLine(Stream Stream, Func<ValueTask> CloseWrite);
