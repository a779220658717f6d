using Gantry.Executors.Images;

namespace Gantry.Executors.Docker.Services;

/// <summary>A service's container after its start.</summary>
internal sealed record RunningService
{
    public required string Id { get; init; }

    /// <summary>The container's name.</summary>
    public required string Name { get; init; }

    public required ServiceName Image { get; init; }
    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>On every network, IPv4 and IPv6.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>TCP ports to wait for; one is enough. Empty for none.</summary>
    public required IReadOnlyList<int> Ports { get; init; }

    /// <summary>The image brings a <c>HEALTHCHECK</c>.</summary>
    public required bool HasHealthcheck { get; init; }

    /// <summary>The user has been told that it is not up; once is enough.</summary>
    public bool Told { get; set; }

    /// <summary>Lines of <c>/etc/hosts</c> for containers on a network without names of its own.</summary>
    public IEnumerable<string> Hosts =>
        from name in Aliases.Append(Running.TruncatedId.Of(Id))
        from address in Addresses
        select $"{name}:{address}";
}
