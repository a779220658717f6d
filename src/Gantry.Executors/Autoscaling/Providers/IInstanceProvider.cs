using Gantry.Engine;

namespace Gantry.Executors.Autoscaling.Providers;

/// <summary>
/// Where instances come from: a cloud's instance group behind a plugin, or machines that are there anyway. The methods are those of the
/// public contract of fleeting plugins (official-executors §6.4).
/// <para>Threading: all members may be called at the same time. Every call throws <see cref="ProviderException"/> when the provider
/// cannot do it or does not answer.</para>
/// </summary>
internal interface IInstanceProvider : IAsyncDisposable
{
    /// <summary>What it says of itself.</summary>
    ProviderTraits Traits { get; }

    /// <summary>All its instances, as they are now.</summary>
    Task<IReadOnlyList<ProvidedInstance>> UpdateAsync(CancellationToken cancellationToken);

    /// <summary>Asks for more.</summary>
    /// <returns>How many will come; they are seen by <see cref="UpdateAsync"/> later.</returns>
    Task<int> IncreaseAsync(int count, CancellationToken cancellationToken);

    /// <summary>Asks for the removal of some.</summary>
    Task DecreaseAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>How to get into one that runs.</summary>
    Task<InstanceAccess> AccessAsync(string id, CancellationToken cancellationToken);

    /// <summary>Whether it is well, as far as the provider can tell; throws when it is not.</summary>
    Task HeartbeatAsync(string id, CancellationToken cancellationToken);
}

/// <param name="Id">Of the instance group, for the log.</param>
/// <param name="Size">Instances that it can have; 0: it does not say.</param>
/// <param name="IsFixed">They are there anyway and cost nothing while they have no jobs.</param>
internal sealed record ProviderTraits(string Id, int Size, bool IsFixed = false);

internal sealed record ProvidedInstance(string Id, InstancePhase Phase);

/// <summary>As a provider tells it.</summary>
internal enum InstancePhase
{
    Creating,
    Running,

    /// <summary>It was being made for too long, or otherwise came to nothing.</summary>
    Failed,

    Deleting,
    Gone,
}

/// <summary>How to get into an instance, as its provider knows it; what is empty is for the settings to say.</summary>
internal sealed record InstanceAccess
{
    public string User { get; init; } = "";
    public Secret Password { get; init; }

    /// <summary>A private key.</summary>
    public Secret Key { get; init; }

    /// <summary>The file of one.</summary>
    public string KeyPath { get; init; } = "";

    /// <summary>A host, or <c>host:port</c>.</summary>
    public string InternalAddress { get; init; } = "";

    /// <inheritdoc cref="InternalAddress"/>
    public string ExternalAddress { get; init; } = "";

    /// <summary>0: as the settings say.</summary>
    public int Port { get; init; }

    public string Protocol { get; init; } = "";
    public string System { get; init; } = "";
    public TimeSpan? KeepAlive { get; init; }
    public TimeSpan? Timeout { get; init; }

    /// <summary>The instance's own public keys, each as in its <c>/etc/ssh/*.pub</c>; none: the settings decide whom to believe.</summary>
    public IReadOnlyList<string> HostKeys { get; init; } = [];
}

/// <summary>A provider that could not do what it was asked for. The message names it and holds no secret.</summary>
internal sealed class ProviderException(string message, Exception? inner = null) : Exception(message, inner);
